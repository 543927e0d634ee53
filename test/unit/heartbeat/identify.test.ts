import { describe, expect, it } from 'vitest';
import { BUYER, SELLER } from '../../support/builders.ts';
import { PaperEconomy } from '../../support/paper-economy.ts';

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

    await economy.beat(BUYER);

    const doubted = await bookOf(economy);
    expect(doubted.state?.identity).toBeUndefined();
    expect(doubted.deals).toEqual([]);
    expect(doubted.intents.map(({ kind }) => kind)).toContain('identify');
    economy.isUnknown = false;
    await economy.beat(BUYER);
    expect(await bookOf(economy)).toMatchObject({ state: { identity: '7' }, deals: [{}] });
  });

  it('comes before the first application too', async () => {
    const economy = await PaperEconomy.open();
    for (const agent of [SELLER, BUYER, SELLER]) await economy.beat(agent);
    await economy.beat(BUYER);
    economy.isUnknown = true;

    await economy.beat(SELLER);

    const { state, deals } = await economy.agents.book(SELLER);
    expect([state?.identity, deals[0]?.state]).toEqual([undefined, 'applying']);
    economy.isUnknown = false;
    await economy.beat(SELLER);
    expect((await economy.agents.book(SELLER)).deals[0]?.state).toBe('applied');
  });
});
