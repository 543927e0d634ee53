import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { CannotStart } from '../../local/cloud/cannot-start.ts';

/** What `npm run market -- --json` prints. */
const Addresses = z.object({
  pid: z.int(),
  url: z.url(),
  facilitatorUrl: z.url(),
  rpcUrl: z.url(),
  dynamodbUrl: z.url(),
  table: z.string(),
});
export type Addresses = z.infer<typeof Addresses>;

const PROGRAM = fileURLToPath(new URL('../../market.ts', import.meta.url));

/**
 * Runs `work` beside a market in processes of its own, as any client would find it, and ends that.
 * @throws CannotStart with what the market said when it does not start
 */
export async function besideMarket<T>(work: (market: Addresses) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [PROGRAM, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  try {
    return await work(await addressesOf(child));
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** Its first line; its rooms' log goes on unread on the other stream. */
function addressesOf(child: ChildProcess): Promise<Addresses> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The market has no output.');
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', (line) => {
      resolve(Addresses.parse(JSON.parse(line)));
    });
    child.once('exit', () => {
      reject(new CannotStart(`The market did not start.\n${said}`));
    });
  });
}
