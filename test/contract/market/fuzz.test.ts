import { generatePrivateKey } from 'viem/accounts';
import { expect, it } from 'vitest';
import { fuzzMarket } from '../../../scripts/fuzz/market.ts';
import { useFloor } from '../../support/market-floor.ts';

const use = useFloor();

it('survives requests of every shape by anybody, its tasks and their money in order', async () => {
  const { room, escrow } = use.floor;
  const now = () => room.now();
  const result = await fuzzMarket(
    {
      marketUrl: room.url,
      keys: [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()],
      now,
      chain: escrow,
      lock: async (info) => {
        const outcome = await escrow.lock(info);
        return outcome.kind === 'settled' ? outcome.tx : undefined;
      },
    },
    { n: 200, seed: 1 },
  );
  expect(result.wrong).toEqual([]);
  // or nothing was tried
  expect(result.locks).toBeGreaterThan(0);
  expect(result.tasks).toHaveProperty('completed');
  expect(result.statuses[200]).toBeGreaterThan(50);
  expect(result.statuses[422]).toBeGreaterThan(20);
});
