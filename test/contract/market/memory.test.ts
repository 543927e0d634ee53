import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { layTasks } from '../../../scripts/bench/market/stock.ts';
import { openRoom, type Room } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

const PROGRAM = fileURLToPath(new URL('../../support/market-process.ts', import.meta.url));
const [FEW, MANY] = [100, 3000];
const TIMES = 60;
const skill = 'plenty';
/** What V8 may take or leave from run to run; all tasks at once would be twice this. */
const SPREAD_MB = 8;

let room: Room;
beforeAll(async () => {
  const escrow = new PaperEscrow();
  room = await openRoom({ chain: escrow, facilitator: escrow });
});
afterAll(() => room.close());

/** Peak memory, in MiB, of a market's process that was browsed as the table stands. */
async function peak(): Promise<number> {
  const { hostname, port } = (await room.dynamo.config.endpoint?.()) ?? {};
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-semi-space-size=1',
    PROGRAM,
    `http://${hostname}:${port}`,
    room.table,
    skill,
    String(TIMES),
  ]);
  const { peakMb, listed } = z
    .object({ peakMb: z.number(), listed: z.number() })
    .parse(JSON.parse(stdout));
  expect(listed).toBe(TIMES * 20);
  return peakMb;
}

it('takes no more memory among many tasks than among few', async () => {
  await layTasks(room.dynamo, room.table, { from: 0, to: FEW, skill });
  const few = await peak();
  await layTasks(room.dynamo, room.table, { from: FEW, to: MANY, skill });
  const many = await peak();
  expect(many - few).toBeLessThan(SPREAD_MB);
});
