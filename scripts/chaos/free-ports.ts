import { createServer } from 'node:net';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { portsFrom } from '../local/economy/ports.ts';

/** Below the range from which Linux takes the ports of outgoing connections (32768 and up). */
const FIRST = 27_000;
const RUNS = 500;

/** First number of ten ports that are all free now. Each process begins to look elsewhere, so that two seldom choose the same. */
export async function freePortBase(): Promise<number> {
  for (let run = 0; run < RUNS; run += 1) {
    const base = FIRST + ((process.pid + run) % RUNS) * 10;
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new CannotStart(
    `No ten free ports from ${FIRST} to ${FIRST + RUNS * 10}: stop what holds them.`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => {
      done(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        done(true);
      });
    });
  });
}
