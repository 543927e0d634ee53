import { describe, expect, it } from 'vitest';
import { BUYER, SELLER, walletOf } from '../support/builders.ts';
import {
  crashing,
  expectBalanced,
  isDone,
  type Life,
  live,
  outrunning,
} from '../support/living.ts';
import { PaperEconomy, PURSE, type Watch } from '../support/paper-economy.ts';

const BOUNTY = 10_000n;
const DAYS_9 = 9 * 86_400_000;

/** One way that a bounty may go: how it begins, when it is over, and what must then be true. */
interface Detour {
  readonly begin: () => Promise<PaperEconomy>;
  readonly isEnough: NonNullable<Life['isEnough']>;
  readonly expectEnd: (economy: PaperEconomy) => Promise<void>;
}

const booksOf = ({ agents }: PaperEconomy) =>
  Promise.all([agents.book(BUYER), agents.book(SELLER)] as const);

/** Both have closed their deal and have nothing left to do but to ask for the goods anew. */
async function isClosed(economy: PaperEconomy): Promise<boolean> {
  const [buyer, seller] = await booksOf(economy);
  return [buyer, seller].every(
    ({ deals, intents }) =>
      deals.length === 1 &&
      deals.every(({ state }) => state === 'closed') &&
      intents.every(({ kind }) => kind === 'publish' || kind === 'register'),
  );
}

/** Bad goods at first; `mended`: better ones the second time. */
async function badGoods(isMended: boolean): Promise<PaperEconomy> {
  const economy = await PaperEconomy.open();
  const { verdict } = economy;
  economy.market.most = 1;
  economy.verdict = (deal) =>
    deal.rejections > 0 && isMended ? verdict(deal) : { kind: 'bad', reason: 'wrong-hash' };
  return economy;
}

async function expectCommitted(economy: PaperEconomy, amount: bigint): Promise<void> {
  const day = economy.now().toISOString().slice(0, 10);
  const { committed } = await economy.agents.load(BUYER, { day, generation: undefined });
  expect(committed).toBe(amount);
}

async function expectAllBack(economy: PaperEconomy): Promise<void> {
  expect(economy.market.entries.size).toBe(1);
  expect(economy.chain.ends()).toEqual(['voided']);
  for (const id of [BUYER, SELLER]) {
    expect(await economy.chain.balanceOf(walletOf(id))).toBe(PURSE);
    await expectBalanced(economy, id);
  }
  const [buyer, seller] = await booksOf(economy);
  expect(buyer.entries.map(({ id }) => id.split('#')[0])).toEqual([
    'opening',
    'locked',
    'refunded',
  ]);
  expect(seller.entries).toHaveLength(1);
  expect(buyer.purchases).toMatchObject([{ state: 'wanted', attempt: 1 }]);
  const day = buyer.deals[0]?.openedAt.slice(0, 10) ?? '';
  expect((await economy.agents.load(BUYER, { day, generation: undefined })).committed).toBe(0n);
}

/** A seller that died before it could count its first delivery knows of the second alone. */
const KNOWN = { deliveries: expect.toBeOneOf([1, 2]) as number };

const DETOURS: Record<string, Detour> = {
  'asks for better goods and gets them': {
    begin: () => badGoods(true),
    isEnough: isDone,
    expectEnd: async (economy) => {
      const [entry] = economy.market.entries.values();
      expect(economy.market.entries.size).toBe(1);
      expect(entry?.task.status).toBe('completed');
      expect(entry?.submissions).toMatchObject([{ verdict: 'accepted' }]);
      expect(entry?.complaints).toEqual([expect.stringContaining('wrong-hash')]);
      expect(economy.chain.ends()).toEqual(['captured']);
      const [buyer, seller] = await booksOf(economy);
      expect(buyer.deals).toMatchObject([{ state: 'settled', rejections: 1, fee: 1_300n }]);
      expect(seller.deals).toMatchObject([{ state: 'settled', fee: 1_300n, ...KNOWN }]);
      expect(await economy.chain.balanceOf(walletOf(BUYER))).toBe(PURSE - BOUNTY);
      await expectCommitted(economy, BOUNTY);
      await expectBalanced(economy, BUYER);
      await expectBalanced(economy, SELLER);
    },
  },
  'rejects what was bad twice': {
    begin: () => badGoods(false),
    isEnough: isClosed,
    expectEnd: async (economy) => {
      const [entry] = economy.market.entries.values();
      expect(entry?.task.status).toBe('cancelled');
      expect(entry?.submissions).toMatchObject([{ verdict: 'rejected' }]);
      // once as a question, once as the verdict, both with the reason
      expect(entry?.complaints).toEqual([
        expect.stringMatching(/^Not approved yet: wrong-hash/),
        expect.stringMatching(/^The delivery failed its checks: wrong-hash/),
      ]);
      const [buyer, seller] = await booksOf(economy);
      expect(buyer.deals).toMatchObject([{ state: 'closed', because: 'no-seller-left' }]);
      expect(seller.deals).toMatchObject([{ state: 'closed', ...KNOWN }]);
      await expectAllBack(economy);
    },
  },
  'takes its money back from a market that fell silent': {
    begin: async () => {
      const economy = await PaperEconomy.open();
      economy.market.most = 1;
      await live(economy, { isEnough: isLocked });
      economy.market.isSilent = true;
      economy.skip(DAYS_9);
      return economy;
    },
    isEnough: isClosed,
    expectEnd: async (economy) => {
      const [buyer] = await booksOf(economy);
      expect(buyer.deals).toMatchObject([{ state: 'closed', because: 'overdue' }]);
      await expectAllBack(economy);
    },
  },
};

async function isLocked({ agents }: PaperEconomy): Promise<boolean> {
  const { deals } = await agents.book(BUYER);
  return deals[0]?.state === 'assigned';
}

describe.each(Object.entries(DETOURS))(
  'a buyer that %s',
  (_name, { begin, isEnough, expectEnd }) => {
    async function undisturbed(): Promise<string[]> {
      const economy = await begin();
      const calls: string[] = [];
      const disturb: Watch = (call) => {
        calls.push(call);
      };
      await live(economy, { disturb, isEnough });
      await expectEnd(economy);
      return calls;
    }

    async function expectSame(economy: PaperEconomy, where: string): Promise<void> {
      await expectEnd(economy).catch((error: unknown) => {
        throw new Error(`Another end when ${where}: ${String(error)}`, { cause: error });
      });
    }

    it.each([0, 4])('does so wherever one of them dies, and is away for %i turns', async (away) => {
      for (const [at, call] of (await undisturbed()).entries()) {
        const economy = await begin();
        await live(economy, { disturb: crashing(at), away, isEnough });
        await expectSame(economy, `dead before call ${at}, ${call}`);
      }
    });

    it('does so wherever one of them is outrun by its own next beat', async () => {
      for (const [at, call] of (await undisturbed()).entries()) {
        const economy = await begin();
        await live(economy, { disturb: outrunning(economy, at), isEnough });
        await expectSame(economy, `outrun before call ${at}, ${call}`);
      }
    });
  },
);

it('never pays for goods that stay out of reach, nor waits for them for ever', async () => {
  const economy = await PaperEconomy.open();
  economy.market.most = 1;
  economy.verdict = () => 'unreachable';
  for (const hours of [0, 3, 3, 3]) {
    economy.skip(hours * 3_600_000);
    for (const id of [SELLER, BUYER, SELLER, BUYER, SELLER, BUYER]) await economy.beat(id);
  }
  const [entry] = economy.market.entries.values();
  expect(entry?.complaints).toEqual([
    expect.stringContaining('out-of-reach'),
    expect.stringContaining('out-of-reach'),
  ]);
  await expectAllBack(economy);
});
