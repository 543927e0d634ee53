import { beforeEach, describe, expect, it } from 'vitest';
import type { Pulse } from '#contract/agent-state.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { lockedEntry } from '#core/money/ledger.ts';
import type { Change } from '#core/ports/agents.ts';
import { dynamoHall, type Hall, memoryHall, UNTIL, useHall } from '../support/agents-hall.ts';
import {
  AT,
  aBuyDeal,
  agentId,
  aLockedDeal,
  anAgentState,
  anIntent,
  anOpenPayment,
  aPurchase,
  aSellDeal,
  GENERATION,
  someEvidence,
  taskId,
  txOf,
  walletOf,
} from '../support/builders.ts';

const DAY = AT.slice(0, 10);
const VIEW = { day: DAY, generation: GENERATION };
const LATER = new Date(UNTIL.getTime() + 1);

describe.each([
  ['MemoryAgents', memoryHall],
  ['DynamoAgents', dynamoHall],
])('Agents: %s', (_name, open) => {
  const stage = useHall(open);
  let agents: Hall['agents'];
  let me: AgentId;
  beforeEach(() => {
    ({ agents, me } = stage);
  });
  const beatOf = (id: string) => ({ id, keepUntil: LATER });

  describe('commit', () => {
    it('keeps everything as it was written', async () => {
      const lease = await stage.taken();
      const product = 'raw_logs';
      const deals = [
        aLockedDeal({ evidence: someEvidence(), score: 90, fee: 1300n, submissionId: 's' }),
        aSellDeal({ taskId: taskId(2), releaseTx: txOf(3), because: 'so' }),
      ];
      const state = anAgentState({
        revision: 1,
        executorId: 'e',
        open: deals.map((deal) => deal.taskId),
        stock: { raw_logs: { generation: GENERATION, version: 'v1', records: 7 } },
        cycle: { generation: GENERATION, startedAt: AT },
      });
      const purchases = [aPurchase({ product, state: 'bought', evidence: someEvidence() })];
      const intents = [
        anIntent({ kind: 'say', subject: 'b', createdAt: LATER.toISOString(), line: '{}' }),
        anIntent({ kind: 'lock', subject: 'a' }),
      ];
      const entries = [lockedEntry(aLockedDeal(), txOf(1), AT)];
      const change: Change = {
        beat: beatOf('one'),
        state,
        deals,
        purchases,
        intents,
        entries,
        budget: { day: DAY, amount: 10_000n, limit: 10_000n },
      };
      expect(await agents.commit(lease, change)).toBe('committed');

      const snapshot = await agents.load(me, VIEW);
      const wanted = me === agentId('kk-skill-extractor') || me === agentId('kk-juanjumagalp');
      expect(snapshot).toEqual({
        state,
        deals: new Map(deals.map((deal) => [deal.taskId, deal])),
        intents: [intents[1], intents[0]],
        purchases: wanted ? purchases : [],
        peers: new Map(),
        committed: 10_000n,
        isHalted: false,
      });
      for (const deal of deals) expect(await agents.deal(me, deal.taskId)).toEqual(deal);
      const book = await agents.book(me);
      expect(book.entries).toEqual(entries);
      expect(book.purchases).toEqual(purchases);
    });

    it('of the same beat is done once', async () => {
      const lease = await stage.taken();
      const once = { beat: beatOf('twice'), intents: [anIntent()] };
      expect(await agents.commit(lease, once)).toBe('committed');
      const again = { beat: beatOf('twice'), intents: [anIntent({ subject: 'other' })] };
      expect(await agents.commit(lease, again)).toBe('already-done');
      expect((await agents.load(me, VIEW)).intents).toEqual([anIntent()]);
    });

    it('and claim of an outrun holder write nothing', async () => {
      const old = await stage.taken('old');
      await agents.commit(old, { intents: [anIntent()] });
      const heir = await stage.taken('heir', LATER, new Date(LATER.getTime() + 60_000));
      const before = await agents.book(me);
      const change: Change = {
        beat: beatOf('late'),
        state: anAgentState(),
        deals: [aBuyDeal()],
        purchases: [aPurchase()],
        done: [anIntent().id],
        entries: [lockedEntry(aLockedDeal(), txOf(1), AT)],
        budget: { day: DAY, amount: 1n, limit: 10n },
      };

      expect(await agents.commit(old, change)).toBe('outrun');
      expect(await agents.claim(old, anIntent())).toBe(false);
      expect(await agents.book(me)).toEqual(before);
      expect((await agents.load(me, VIEW)).committed).toBe(0n);
      // neither did it use up the beat
      expect(await agents.commit(heir, { ...change, done: [] })).toBe('committed');
    });

    it('of a state that is not the next one is outrun', async () => {
      const lease = await stage.taken();
      const [one, two] = [1, 2].map((revision) => anAgentState({ revision }));
      expect(await agents.commit(lease, { state: one })).toBe('committed');
      expect(await agents.commit(lease, { state: one, intents: [anIntent()] })).toBe('outrun');
      expect(await agents.commit(lease, { state: two })).toBe('committed');
      expect((await agents.load(me, VIEW)).intents).toEqual([]);
    });

    it('takes intents away when they are done', async () => {
      const lease = await stage.taken();
      const intents = [anIntent({ subject: 'a' }), anIntent({ subject: 'b' })];
      await agents.commit(lease, { intents });
      await agents.commit(lease, { done: [intents[0]!.id] });
      await agents.commit(lease, { done: [intents[0]!.id] });
      expect((await agents.load(me, VIEW)).intents).toEqual([intents[1]]);
    });

    it('of a ledger entry twice is a loud bug, and writes nothing', async () => {
      const lease = await stage.taken();
      const entries = [lockedEntry(aLockedDeal(), txOf(1), AT)];
      await agents.commit(lease, { entries });
      await expect(agents.commit(lease, { entries, intents: [anIntent()] })).rejects.toThrow();
      const book = await agents.book(me);
      expect(book.entries).toEqual(entries);
      expect(book.intents).toEqual([]);
    });

    it('of the same item twice in one transaction is a loud bug', async () => {
      const lease = await stage.taken();
      const change = { intents: [anIntent()], done: [anIntent().id] };
      await expect(agents.commit(lease, change)).rejects.toThrow();
    });
  });

  describe('budget', () => {
    it('is not exceeded by fifty racing spends', async () => {
      const lease = await stage.taken();
      const spend = { budget: { day: DAY, amount: 7n, limit: 100n } };
      const commits = Array.from({ length: 50 }, () => agents.commit(lease, spend));
      const verdicts = await Promise.allSettled(commits);

      const done = verdicts.filter(
        (verdict) => verdict.status === 'fulfilled' && verdict.value === 'committed',
      ).length;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThanOrEqual(14);
      expect((await agents.load(me, VIEW)).committed).toBe(BigInt(done) * 7n);
    });

    it('lets nothing else through with a spend that is too much, and takes back what was not spent', async () => {
      const lease = await stage.taken();
      const budget = { day: DAY, amount: 60n, limit: 100n };
      expect(await agents.commit(lease, { budget })).toBe('committed');
      const tooMuch = { beat: beatOf('dear'), budget, intents: [anIntent()] };
      expect(await agents.commit(lease, tooMuch)).toBe('over-budget');
      expect((await agents.load(me, VIEW)).intents).toEqual([]);
      await agents.commit(lease, { budget: { ...budget, amount: -60n } });
      expect(await agents.commit(lease, tooMuch)).toBe('committed');
      expect((await agents.load(me, { ...VIEW, day: '2026-03-02' })).committed).toBe(0n);
    });
  });

  it('keeps open payments until they are closed, and what the storefront tells of beside them', async () => {
    const lease = await stage.taken();
    const [out, other] = [1, 2].map((n) => anOpenPayment({ nonce: txOf(n) }));
    await agents.commit(lease, { payments: [out!, other!] });
    expect((await agents.load(me, VIEW)).payments).toEqual([out, other]);
    await agents.commit(lease, { payments: [{ ...out!, isBooked: true }] });
    await agents.commit(lease, { closedPayments: [other!] });
    await agents.commit(lease, { closedPayments: [other!] });
    expect((await agents.load(me, VIEW)).payments).toEqual([{ ...out!, isBooked: true }]);
    await agents.commit(lease, { closedPayments: [out!] });
    expect((await agents.load(me, VIEW)).payments).toBeUndefined();
    const both = { payments: [out!], closedPayments: [out!] };
    await expect(agents.commit(lease, both)).rejects.toThrow();
    const heir = await stage.taken('heir', LATER, new Date(LATER.getTime() + 60_000));
    expect(await agents.commit(lease, { payments: [out!] })).toBe('outrun');
    expect((await agents.load(heir.agentId, VIEW)).payments).toBeUndefined();
  });

  it('counts the tries of an intent, and knows one that is gone', async () => {
    const lease = await stage.taken();
    await agents.commit(lease, { intents: [anIntent()] });
    expect(await agents.claim(lease, anIntent())).toBe(true);
    expect(await agents.claim(lease, anIntent())).toBe(true);
    expect((await agents.load(me, VIEW)).intents).toEqual([anIntent({ attempts: 2 })]);
    expect(await agents.claim(lease, anIntent({ subject: 'gone' }))).toBe(false);
  });

  it('loads what is open, and purchases of the cycle and the corpus alone', async () => {
    const lease = await stage.taken();
    const product = me === agentId('kk-soul-extractor') ? 'skill_profiles' : 'raw_logs';
    const old = '00000000000000aa';
    const cycle = '00000000000000bb.2';
    await agents.commit(lease, {
      state: anAgentState({ cycle: { generation: cycle, startedAt: AT } }),
      deals: [aBuyDeal({ state: 'settled' })],
      purchases: [old, cycle, GENERATION].map((generation) => aPurchase({ product, generation })),
    });
    const { deals, purchases } = await agents.load(me, VIEW);
    expect(deals.size).toBe(0);
    const wants = me !== agentId('kk-karma-hello');
    expect(purchases.map(({ generation }) => generation).toSorted()).toEqual(
      wants ? [cycle, GENERATION].toSorted() : [],
    );
    expect(await agents.deal(me, taskId(1))).toMatchObject({ state: 'settled' });
  });

  it('begins with a new agent that has done nothing', async () => {
    expect(await agents.load(me, VIEW)).toMatchObject({
      state: { revision: 0, isOpened: false, open: [] },
      committed: 0n,
      isHalted: false,
    });
    expect(await agents.deal(me, taskId(99))).toBeUndefined();
  });

  it('knows who is enrolled, who lives, and when to halt', async () => {
    const address: Address = walletOf(me);
    await agents.enrol(me, address);
    expect((await agents.roster()).get(address)).toBe(me);

    const pulse: Pulse = {
      v: 1,
      agentId: me,
      at: AT,
      beatId: 'beat',
      openDeals: 1,
      pendingIntents: 2,
      wallet: -3n,
    };
    const fuller: Pulse = {
      ...{ ...pulse, wallet: 4n, oldestDealAt: AT, overdue: 1, shelf: ['raw_logs'] },
      trades: { raw_logs: { income: 10_000n, expense: 0n, fees: 1_300n } },
    };
    await agents.pulse(pulse);
    expect(await agents.pulses([me])).toEqual(new Map([[me, pulse]]));
    await agents.pulse(fuller);
    const ids = ROSTER.map(({ id }) => id);
    expect((await agents.pulses(ids)).get(me)).toEqual(fuller);
    expect((await agents.pulses(ids.filter((id) => id !== me))).has(me)).toBe(false);

    await agents.halt(true);
    expect((await agents.load(me, VIEW)).isHalted).toBe(true);
    await agents.halt(false);
    expect((await agents.load(me, VIEW)).isHalted).toBe(false);
  });
});
