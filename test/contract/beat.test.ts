import { describe, expect, it } from 'vitest';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import { intend } from '#core/heartbeat/change.ts';
import { BUYER, GENERATION, SELLER, walletOf } from '../support/builders.ts';
import { crashing, expectBalanced, live, outrunning } from '../support/living.ts';
import { PaperEconomy, PURSE, type Watch } from '../support/paper-economy.ts';

const BOUNTY = 10_000n;
async function isBought({ agents }: PaperEconomy): Promise<boolean> {
  return (await agents.book(BUYER)).purchases.some(({ state }) => state === 'bought');
}

/** What an audit of the deal costs its buyer, in micro-USDC. */
const feeOf = ({ isAudited }: PaperEconomy) => (isAudited ? VALIDATION.price : 0n);

/** One bounty, one lock, one payment and one audit at most; both books right to the last micro-USDC; nothing left to do. */
async function expectOneDeal(economy: PaperEconomy): Promise<void> {
  const { agents, chain, market } = economy;
  expect(market.entries.size).toBe(1);
  const [entry] = market.entries.values();
  expect(entry?.task.status).toBe('completed');
  expect(entry?.submissions).toHaveLength(1);
  expect(entry?.ratings.toSorted((a, b) => a.score - b.score)).toEqual([
    { of: 'worker', score: 95 },
    { of: 'agent', score: 100 },
  ]);
  expect(chain.ends()).toEqual(['captured']);
  expect(await chain.balanceOf(walletOf(BUYER))).toBe(PURSE - BOUNTY - feeOf(economy));
  expect(await chain.balanceOf(walletOf(SELLER))).toBe(PURSE + 8_700n);

  const [buyer, seller] = await Promise.all([agents.book(BUYER), agents.book(SELLER)]);
  expect(buyer.deals).toMatchObject([{ state: 'settled', fee: 1_300n }]);
  expect(seller.deals).toMatchObject([{ state: 'settled', fee: 1_300n, deliveries: 1 }]);
  expect(buyer.purchases).toMatchObject([{ state: 'bought' }]);
  expect([...buyer.intents, ...seller.intents]).toEqual([]);
  expect(buyer.entries).toHaveLength(economy.isAudited ? 4 : 3);
  expect(await chain.balanceOf(walletOf(VALIDATOR))).toBe(PURSE + feeOf(economy));
  expect(seller.entries).toHaveLength(2);
  const day = economy.now().toISOString().slice(0, 10);
  expect((await agents.load(BUYER, { day, generation: undefined })).committed).toBe(
    BOUNTY + feeOf(economy),
  );
  await expectBalanced(economy, BUYER);
  await expectBalanced(economy, SELLER);
}

async function expectSame(
  economy: PaperEconomy,
  undisturbed: PaperEconomy,
  where: string,
): Promise<void> {
  await expectOneDeal(economy).catch((error: unknown) => {
    throw new Error(`Another deal when ${where}: ${String(error)}`, { cause: error });
  });
  expect(said(economy), where).toEqual(said(undisturbed));
}

/** What nobody wants is made when there is time, or not yet: its lines are of no deal. */
const UNWANTED = /:newProduct:(user_stats|topic_map):/;

function said({ lines }: PaperEconomy): string[] {
  return [...lines.keys()].filter((id) => !UNWANTED.test(id)).toSorted();
}

async function anUndisturbedLife(
  isAudited = false,
): Promise<{ calls: string[]; economy: PaperEconomy }> {
  const economy = await PaperEconomy.open({ isAudited });
  const calls: string[] = [];
  const disturb: Watch = (call) => {
    calls.push(call);
  };
  await live(economy, { disturb });
  return { calls, economy };
}

/** All calls by number; of an audited deal those from shortly before its audit on, the ones before being those of any deal. */
function theirs(calls: readonly string[], isAudited: boolean): [number, string][] {
  const from = isAudited ? calls.indexOf('audits.order') - 10 : 0;
  return [...calls.entries()].slice(from);
}

describe('beats', () => {
  it('of a buyer and a seller make one whole deal', async () => {
    const { calls, economy } = await anUndisturbedLife();

    await expectOneDeal(economy);
    expect(calls).toContain('facilitator.lock');
    expect(said(economy).map((id) => id.split(':')[1])).toEqual([
      'applied',
      'delivered',
      'newProduct',
      'approved',
      'newProduct',
      'published',
    ]);
  });

  it.each([
    ['and is called again at once', 0, false],
    ['and misses what the other does next', 4, false],
    ['and comes late', 8, false],
    ['and is called again at once, with an audit', 0, true],
    ['and comes late, with an audit', 8, true],
  ])('make the same deal wherever one of them dies %s', async (_how, away, isAudited) => {
    const { calls, economy: undisturbed } = await anUndisturbedLife(isAudited);
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.includes('audits.send')).toBe(isAudited);

    for (const [at, call] of theirs(calls, isAudited)) {
      const economy = await PaperEconomy.open({ isAudited });
      await live(economy, { disturb: crashing(at), away });
      await expectSame(economy, undisturbed, `dead before call ${at}, ${call}`);
    }
  });

  it.each([
    ['', false],
    [', with an audit', true],
  ])(
    'make the same deal wherever one of them is outrun by its own next beat%s',
    async (_how, isAudited) => {
      const { calls, economy: undisturbed } = await anUndisturbedLife(isAudited);

      for (const [at, call] of theirs(calls, isAudited)) {
        const economy = await PaperEconomy.open({ isAudited });
        await live(economy, { disturb: outrunning(economy, at) });
        await expectSame(economy, undisturbed, `outrun before call ${at}, ${call}`);
      }
    },
  );

  it('leave no lease behind when time is out, and pass the call on', async () => {
    const economy = await PaperEconomy.open();
    const called: Watch = async (call, agentId) => {
      if (call === 'market.register')
        expect(await economy.beat(agentId, { early: true })).toEqual({ kind: 'busy' });
    };
    let asked = 0;
    const hasTime = () => (asked += 1) < 7;
    await economy.beat(SELLER, { watch: called, hasTime });

    expect(economy.wakeUps).toHaveLength(1);
    expect(await economy.beat(SELLER, { early: true })).toMatchObject({ kind: 'beaten' });
    expect(economy.wakeUps).toHaveLength(1);
  });

  it('do nothing any more when the claim of an intent is answered too late', async () => {
    const economy = await PaperEconomy.open();
    const day = economy.now().toISOString().slice(0, 10);
    const isOpened = async () =>
      (await economy.agents.load(SELLER, { day, generation: undefined })).state.isOpened;
    let isLate = false;
    const watch: Watch = (call) => {
      isLate ||= call === 'agents.claim';
      return Promise.resolve();
    };
    await economy.beat(SELLER, { watch, hasTime: () => !isLate });
    expect(isLate).toBe(true);
    expect(await isOpened()).toBe(false);

    await economy.beat(SELLER);
    expect(await isOpened()).toBe(true);
  });

  it('open their ledger before anything else, whatever a hand left for them to do', async () => {
    const economy = await PaperEconomy.open();
    const at = economy.now().toISOString();
    const [now, until] = [economy.now(), new Date(economy.now().getTime() + 1)];
    const lease = await economy.agents.takeLease(SELLER, { owner: 'a hand', now, until });
    await economy.agents.commit(lease!, { intents: [intend('register', SELLER, at)] });
    await economy.agents.letGo(lease!);
    const opened: boolean[] = [];
    const watch: Watch = async (call) => {
      if (call !== 'market.register') return;
      opened.push((await economy.agents.book(SELLER)).state?.isOpened === true);
    };
    await economy.beat(SELLER, { watch });
    expect(opened).toEqual([true]);
  });

  it('beat once more for a call that came meanwhile', async () => {
    const economy = await PaperEconomy.open();
    let isCalled = false;
    const watch: Watch = async (call, agentId) => {
      if (call !== 'market.register' || isCalled) return;
      isCalled = true;
      await economy.beat(agentId, { early: true });
    };
    const report = await economy.beat(SELLER, { watch, beatId: 'one' });

    expect(report).toMatchObject({ rounds: [{ beatId: 'one' }, { beatId: 'one+1' }] });
    expect(economy.wakeUps).toEqual([]);
  });

  it('make one product an invocation, however often it beats, and after everything else', async () => {
    const economy = await PaperEconomy.open();
    const calls: string[] = [];
    const watch: Watch = async (call, agentId) => {
      calls.push(call);
      // calls come in all the time: it beats once more for each, as long as it has time
      if (call === 'market.available') await economy.beat(agentId, { early: true });
    };
    const made = async () => Object.keys((await economy.agents.book(SELLER)).state?.stock ?? {});
    await economy.beat(SELLER);
    const products = ['raw_logs', 'user_stats', 'topic_map'];
    for (const count of [1, 2, 3]) {
      let rounds = 0;
      await economy.beat(SELLER, { watch, hasTime: () => (rounds += 1) < 60 });
      expect(await made()).toEqual(products.slice(0, count));
    }
    const first = calls.indexOf('goods.refine');
    expect(calls.slice(0, first)).toContain('market.available');
  });

  it('make what can be made although something else never can', async () => {
    const economy = await PaperEconomy.open();
    economy.lost = GENERATION;
    for (let n = 0; n < 3; n += 1) await economy.beat(SELLER);
    economy.generation = 'fedcba9876543210';
    for (let n = 0; n < 8; n += 1) await economy.beat(SELLER);
    const { state } = await economy.agents.book(SELLER);
    expect(state?.stock.raw_logs?.generation).toBe(economy.generation);
  });

  it('give up a bounty for goods that nobody makes any more', async () => {
    const economy = await PaperEconomy.open();
    for (const id of [BUYER, BUYER]) await economy.beat(id);
    const [old] = economy.market.entries.values();
    economy.generation = 'fedcba9876543210';
    await live(economy, { isEnough: isBought });

    expect(economy.market.entries.get(old!.task.id)?.task.status).toBe('cancelled');
    const { purchases } = await economy.agents.book(BUYER);
    expect(purchases).toMatchObject([
      { generation: old!.task.skills[1]!.slice('corpus:'.length), state: 'wanted' },
      { generation: 'fedcba9876543210', state: 'bought' },
    ]);
    expect(economy.chain.ends()).toEqual(['captured']);
  });

  it('lock nothing while the owner says halt, and go on afterwards', async () => {
    const economy = await PaperEconomy.open();
    await economy.agents.halt(true);
    for (let n = 0; n < 6; n += 1) await economy.beat(n % 2 === 0 ? SELLER : BUYER);
    expect(economy.market.entries.size).toBe(0);
    await economy.agents.halt(false);
    await live(economy);
    await expectOneDeal(economy);
  });
});
