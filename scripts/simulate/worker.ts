import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { Plant } from './plant.ts';
import type { Share } from './pool.ts';
import { simulate } from './seed.ts';

const whole = z.int();
const share: Share = z
  .object({ first: whole, stride: whole, last: whole, days: whole, plant: Plant.optional() })
  .parse(workerData);
for (let seed = share.first; seed <= share.last; seed += share.stride) {
  parentPort?.postMessage(await simulate(seed, { days: share.days, plant: share.plant }));
}
