import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from '../../build.ts';
import { CannotStart } from '../cloud/cannot-start.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const SOURCES = [
  'bin/**/*.ts',
  'lib/**/*.ts',
  'layers/contract/**/*.ts',
  'dist/meta/*.json',
  'cdk.json',
  'package-lock.json',
];

/**
 * Bundles the rooms and synthesizes the local stage, each only when what it is made of has changed. Returns the cloud assembly
 * folder: the very templates that a deployment would take.
 */
export async function assemble(): Promise<string> {
  await build({ quiet: true });
  const assembly = join(ROOT, 'cdk.out');
  const mark = join(assembly, '.made-of');
  const fingerprint = await hashOf(SOURCES);
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === fingerprint) return assembly;
  const fresh = `${assembly}.${process.pid}`;
  await synthesize(fresh);
  await writeFile(join(fresh, '.made-of'), fingerprint);
  await rm(assembly, { recursive: true, force: true });
  await rename(fresh, assembly);
  return assembly;
}

/** Runs the CDK app itself rather than its command line, which asks nothing of AWS for this but takes two seconds more. */
async function synthesize(outDir: string): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'economia-viva.ts')], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: JSON.stringify(await context()) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0)
    throw new CannotStart(
      `The CDK app could not be synthesized; \`npx cdk synth\` shows it alone.\n${complaint}`,
    );
}

async function context(): Promise<object> {
  const settings: unknown = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8'));
  const given =
    settings !== null && typeof settings === 'object' && 'context' in settings
      ? settings.context
      : {};
  return {
    ...(given !== null && typeof given === 'object' ? given : {}),
    stage: 'local',
    'aws:cdk:enable-asset-metadata': true,
  };
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
