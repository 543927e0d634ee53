import { describe, expect, it } from 'vitest';
import { BUYER, SELLER } from '../../support/builders.ts';
import { PaperEconomy } from '../../support/paper-economy.ts';

const doubted = (kind: string) => [
  { intent: { kind }, result: 'later', reason: 'unidentified' },
  { intent: { kind: 'identify' }, result: 'done' },
];
const bookOf = async (economy: PaperEconomy) => economy.agents.book(BUYER);

describe('identity', () => {
  it('comes before the first bounty: publishing waits until the registry answers', async () => {
    const economy = await PaperEconomy.open();
    const { own } = economy.identities;
    economy.identities.own = () => Promise.reject(new Error('no connection'));

    await economy.beat(BUYER);
    const report = await economy.beat(BUYER);

    expect(await bookOf(economy)).toMatchObject({ deals: [], state: { isOpened: true } });
    expect(report).toMatchObject({
      rounds: [
        {
          reports: [
            { intent: { kind: 'identify' }, result: 'failed' },
            { intent: { kind: 'publish' }, result: 'later', reason: 'no ERC-8004 identity yet' },
          ],
        },
      ],
    });

    economy.identities.own = own;
    await economy.beat(BUYER);
    const { state, deals, intents } = await bookOf(economy);
    expect(state?.identity).toBe('7');
    expect(deals).toHaveLength(1);
    expect(intents.filter(({ kind }) => kind === 'identify')).toEqual([]);
  });

  it('is looked up once more when the market does not believe in it', async () => {
    const economy = await PaperEconomy.open();
    await economy.beat(BUYER);
    economy.isUnknown = true;

    economy.identities.own = () => Promise.resolve(8n);

    const report = await economy.beat(BUYER);

    expect(report).toMatchObject({ rounds: [{ reports: doubted('publish') }] });
    expect(await bookOf(economy)).toMatchObject({ state: { identity: '8' }, deals: [] });
    economy.isUnknown = false;
    await economy.beat(BUYER);
    expect(await bookOf(economy)).toMatchObject({ state: { identity: '8' }, deals: [{}] });
  });

  it('comes before the first application too', async () => {
    const economy = await PaperEconomy.open();
    // opens its books, and makes one product a beat
    for (const agent of [BUYER, SELLER, SELLER, SELLER, SELLER]) await economy.beat(agent);
    await economy.beat(BUYER);
    economy.isUnknown = true;

    const report = await economy.beat(SELLER);

    expect(report).toMatchObject({ rounds: [{ reports: doubted('apply') }] });
    expect((await economy.agents.book(SELLER)).deals[0]?.state).toBe('applying');
    economy.isUnknown = false;
    await economy.beat(SELLER);
    expect((await economy.agents.book(SELLER)).deals[0]?.state).toBe('applied');
  });
});
