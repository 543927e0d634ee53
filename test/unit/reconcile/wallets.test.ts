import { describe, expect, it } from 'vitest';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { lowWallets } from '#core/reconcile/wallets.ts';

const everybodyWith = (balance: bigint) => new Map(ROSTER.map(({ id }) => [id, balance]));
const { reserve } = agentOf('kk-juanjumagalp').budget;

describe('low wallets', () => {
  it('are those of buyers under two reserves, and of nobody who buys nothing', () => {
    const buyers = ROSTER.filter(({ wants }) => wants.length > 0).map(({ id }) => id);
    expect(lowWallets(everybodyWith(2n * reserve - 1n))).toEqual(buyers);
    expect(buyers.length).toBeLessThan(ROSTER.length);
    expect(lowWallets(everybodyWith(2n * reserve))).toEqual([]);
  });
});
