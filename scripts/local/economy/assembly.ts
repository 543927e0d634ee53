import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from '../../build.ts';
import { CannotStart } from '../cloud/cannot-start.ts';
import { type Lock, lockFolder } from '../cloud/lock.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SOURCES = [
  'bin/**/*.ts',
  'lib/**/*.ts',
  'layers/contract/**/*.ts',
  'dist/meta/*.json',
  'package-lock.json',
];
/** Apart from `cdk.out`, where any stage may have been synthesized last. */
const ASSEMBLY = join(ROOT, 'dist', 'assembly');
/** Bundles of the rooms; tasks run from here, functions from the assembly's assets. */
export const ROOMS = join(ROOT, 'dist', 'rooms');

/** How long another start may take to build and synthesize, in ms. */
const PATIENCE_MS = 120_000;

/**
 * Bundles the rooms and synthesizes the local stage, each only when what it is made of has changed; one start at a time. Returns the
 * cloud assembly folder: the very templates that a deployment would take.
 */
export async function assemble(): Promise<string> {
  const lock = await buildersLock();
  try {
    await build({ quiet: true });
    const mark = join(ASSEMBLY, '.made-of');
    const fingerprint = await hashOf(SOURCES);
    if (existsSync(mark) && (await readFile(mark, 'utf8')) === fingerprint) return ASSEMBLY;
    const fresh = `${ASSEMBLY}.new`;
    await rm(fresh, { recursive: true, force: true });
    await synthesize('local', fresh);
    await writeFile(join(fresh, '.made-of'), fingerprint);
    await rm(ASSEMBLY, { recursive: true, force: true });
    await rename(fresh, ASSEMBLY);
    return ASSEMBLY;
  } finally {
    lock.release();
  }
}

/** Two starts that built into one folder would take the files from under each other. */
async function buildersLock(): Promise<Lock> {
  const folder = join(ROOT, 'dist', 'building');
  await mkdir(folder, { recursive: true });
  for (const since = Date.now(); ; ) {
    try {
      return lockFolder(folder, new Date());
    } catch (error) {
      if (!(error instanceof CannotStart) || Date.now() - since > PATIENCE_MS) throw error;
      await sleep(200);
    }
  }
}

/**
 * One stage's templates, from rooms that are built. Runs the CDK app itself: its command line asks AWS nothing for this, and validation
 * belongs to `npx cdk synth`.
 * @throws CannotStart with what the app complained of
 */
export async function synthesize(stage: string, outDir: string): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'economia-viva.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ stage }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) {
    throw new CannotStart(
      `The CDK app could not be synthesized; \`npx cdk synth\` shows it alone.\n${complaint}`,
    );
  }
}

async function hashOf(patterns: readonly string[]): Promise<string> {
  const files: string[] = [];
  for (const pattern of patterns)
    for await (const file of glob(pattern, { cwd: ROOT })) files.push(file);
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(`\0${file}\0`).update(await readFile(join(ROOT, file)));
  return hash.digest('hex');
}
