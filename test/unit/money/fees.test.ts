import { expect, it } from 'vitest';
import { wrongFees } from '#core/money/fees.ts';
import { aLockedDeal, aSellDeal, BUYER, SELLER, taskId } from '../../support/builders.ts';
import { live } from '../../support/living.ts';
import { PaperEconomy } from '../../support/paper-economy.ts';

it("tells of every fee that is not the operator's rate, once it was booked", () => {
  const right = aLockedDeal({ state: 'rating', fee: 1_300n });
  const dear = aSellDeal({ state: 'rating', fee: 1_301n, taskId: taskId(2) });
  const early = aLockedDeal({ state: 'approving', fee: undefined, taskId: taskId(3) });
  expect(wrongFees([right, dear, early])).toEqual([
    { taskId: taskId(2), observed: 1_301n, expected: 1_300n },
  ]);
  expect(wrongFees(undefined)).toEqual([]);
});

it.each([
  [0n, []],
  [
    5n,
    [
      [BUYER, 1_305n],
      [SELLER, 1_305n],
    ],
  ],
])('both sides see a fee that is %d too high, once each', async (tooHigh, expected) => {
  const economy = await PaperEconomy.open();
  economy.chain.tooHigh = tooHigh;
  const seen: unknown[] = [];
  const beat = economy.beat.bind(economy);
  economy.beat = async (agentId, over) => {
    const report = await beat(agentId, over);
    for (const { wrongFees: wrong } of report.kind === 'beaten' ? report.rounds : [])
      seen.push(...wrong.map(({ observed }) => [agentId, observed]));
    return report;
  };
  await live(economy);
  expect(seen).toEqual(expected);
});
