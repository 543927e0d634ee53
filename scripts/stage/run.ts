import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CannotStart } from '../local/cloud/cannot-start.ts';

const BIN = join(import.meta.dirname, '../../node_modules/.bin');

/** A command line of node_modules; its words go to stderr, for stdout is the caller's. @throws CannotStart when it fails */
export async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(join(BIN, program), args, { stdio: ['inherit', 2, 2] });
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0)
    throw new CannotStart(`\`${program} ${args.join(' ')}\` failed: its words are above.`);
}
