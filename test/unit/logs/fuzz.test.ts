import { expect, it } from 'vitest';
import { fuzzLogs } from '../../../scripts/fuzz/logs.ts';

it('reads 1500 damaged files without a throw or a lost neighbour', async () => {
  for (let seed = 1_000_000; seed < 1_001_500; seed += 1) {
    expect(await fuzzLogs(seed), `npm run fuzz -- logs --n 1 --seed ${seed}`).toBeUndefined();
  }
});
