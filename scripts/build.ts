import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stop } from 'esbuild';
import { BUDGETS_KB } from './build/budgets.ts';
import { bundle } from './build/bundle.ts';
import { fingerprint, unchangedBytes } from './build/fingerprint.ts';
import { findRooms, type Room } from './build/rooms.ts';

const HELP = `Bundles every room of functions/ into dist/rooms/<room>, as Lambda and the local cloud run it.

  npm run build [-- --quiet] [-- --force]

  --quiet   print nothing unless something is wrong
  --force   build also what has not changed
  --help    this text
`;

export interface BuildOptions {
  readonly quiet: boolean;
  /** Build also what has not changed. @default false */
  readonly force?: boolean;
  /** The repository. @default this one */
  readonly root?: string;
  /** kB that each room may weigh. @default scripts/build/budgets.ts */
  readonly budgets?: Readonly<Record<string, number>>;
}

interface Built {
  readonly room: string;
  readonly bytes: number;
  readonly how: 'built' | 'unchanged';
}

/** Builds what has changed; throws one sentence for each room that doesn't compile or weighs more than its budget. */
export async function build({ quiet, force = false, ...options }: BuildOptions): Promise<void> {
  const { root = resolve(import.meta.dirname, '..'), budgets = BUDGETS_KB } = options;
  const rooms = await findRooms(root);
  await forgetOthers(root, rooms);

  const built: Built[] = [];
  const faults: string[] = [];
  for (const room of rooms) {
    try {
      built.push(await buildRoom(room, root, force));
    } catch (error) {
      // the other rooms are built all the same
      faults.push(`Room "${room.name}": ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // its service would stay beside a running economy, with 200 MB
  await stop();

  if (!quiet) print(built, budgets);
  faults.push(...built.flatMap((one) => overBudget(one, budgets)));
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

async function buildRoom(room: Room, root: string, force: boolean): Promise<Built> {
  const before = force ? undefined : await unchangedBytes(room, root);
  if (before !== undefined) return { room: room.name, bytes: before, how: 'unchanged' };

  const { bytes, metafile } = await bundle(room, root);
  const made = await fingerprint(room, root, Object.keys(metafile.inputs));
  const meta = join(root, 'dist', 'meta');
  await mkdir(meta, { recursive: true });
  await writeFile(
    join(meta, `${room.name}.json`),
    JSON.stringify({ fingerprint: made, bytes, ...metafile }),
  );
  return { room: room.name, bytes, how: 'built' };
}

/** A room that was renamed leaves no bundle behind: it would be run as if it were still there. */
async function forgetOthers(root: string, rooms: readonly Room[]): Promise<void> {
  const folder = join(root, 'dist', 'rooms');
  await mkdir(folder, { recursive: true });
  const known = new Set(rooms.map(({ name }) => name));
  const gone = (await readdir(folder)).filter((name) => !known.has(name) && !name.endsWith('.new'));
  for (const name of gone) await rm(join(folder, name), { recursive: true, force: true });
}

function print(built: readonly Built[], budgets: Readonly<Record<string, number>>): void {
  for (const { room, bytes, how } of built) {
    const size = `${(bytes / 1000).toFixed(0)} kB`.padStart(8);
    console.log(`${room.padEnd(14)}${size} of ${String(budgets[room] ?? '?')} kB  ${how}`);
  }
}

function overBudget(
  { room, bytes }: Built,
  budgets: Readonly<Record<string, number>>,
): readonly string[] {
  const budget = budgets[room];
  if (budget === undefined) {
    return [`Room "${room}" has no size budget: add its line to scripts/build/budgets.ts.`];
  }
  if (bytes <= budget * 1000) return [];
  const size = (bytes / 1000).toFixed(0);
  return [
    `Room "${room}" weighs ${size} kB, more than its ${budget} kB: see dist/meta/${room}.json for what came in, and leave it out or raise scripts/build/budgets.ts.`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quiet: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  await build(values);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message.startsWith('Unknown option') ? `${message}: see --help.` : message);
    process.exitCode = 1;
  });
}
