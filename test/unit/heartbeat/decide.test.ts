import { describe, expect, it } from 'vitest';
import type { Purchase } from '#contract/deal.ts';
import type { Product } from '#contract/products.ts';
import { agentOf } from '#contract/roster.ts';
import type { Sighting } from '#core/heartbeat/look.ts';
import {
  AT,
  aBuyDeal,
  aCorpus,
  aLockedDeal,
  anAgentState,
  anApplication,
  anIntent,
  aPayment,
  aPurchase,
  aSellDeal,
  aSnapshot,
  aTask,
  BUYER,
  EXECUTOR,
  GENERATION,
  NOW,
  SELLER,
  saltOf,
  taskId,
  txOf,
  walletOf,
} from '../../support/builders.ts';
import { CONSUMER, cycle, decided, holding, owned, SOUL, shelf } from './deciding.ts';

describe('decide', () => {
  it('opens its books and gets an identity before anything else, and a seller registers', () => {
    const fresh = aSnapshot({ state: anAgentState({ isOpened: false }) });
    expect(decided(SELLER, fresh).intents).toEqual([
      `open-ledger#${SELLER}`,
      `register#${SELLER}`,
      `identify#${SELLER}`,
    ]);
    expect(decided(CONSUMER, fresh).intents).toEqual([
      `open-ledger#${CONSUMER}`,
      `identify#${CONSUMER}`,
    ]);
  });

  it('gets an identity later when it opened without one, once', () => {
    const state = anAgentState({ identity: undefined });
    const identify = anIntent({ kind: 'identify', subject: SELLER });
    expect(decided(SELLER, aSnapshot({ state })).intents).toContain(identify.id);
    expect(decided(SELLER, aSnapshot({ state, intents: [identify] })).intents).not.toContain(
      identify.id,
    );
  });

  describe('what is missing', () => {
    it('is bought one after the other by the consumer, in order', () => {
      const wants: Product[] = ['raw_logs', 'skill_profiles', 'voice_profiles', 'soul_profiles'];
      for (const [n, next] of wants.entries()) {
        const snapshot = aSnapshot({ purchases: owned(...wants.slice(0, n)) });
        expect(decided(CONSUMER, snapshot).intents).toEqual([`publish#${next}#${GENERATION}`]);
        const waiting = [
          ...owned(...wants.slice(0, n)),
          aPurchase({ product: next, state: 'open' }),
        ];
        expect(decided(CONSUMER, aSnapshot({ purchases: waiting })).intents).toEqual([]);
      }
    });

    it('is bought all at once by a refiner', () => {
      expect(decided(SOUL, aSnapshot()).intents).toEqual([
        `publish#skill_profiles#${GENERATION}`,
        `publish#voice_profiles#${GENERATION}`,
      ]);
    });

    it('is nothing without a corpus, or when all is there', () => {
      expect(decided(SOUL, aSnapshot(), { corpus: undefined }).intents).toEqual([]);
      const all = aSnapshot({
        state: anAgentState({ cycle }),
        purchases: owned('skill_profiles', 'voice_profiles'),
      });
      expect(decided(SOUL, all).intents).toEqual([`refine#soul_profiles#${GENERATION}`]);
    });

    it.each([
      ['halted', { isHalted: true }, {}],
      ['under-reserve', {}, { balance: 109_999n }],
      ['over-day-budget', { committed: 2_000_000n }, {}],
    ])('is not asked for: %s', (because, snapshot, world) => {
      const { intents, refusals } = decided(BUYER, aSnapshot(snapshot), world);
      const complaint = `say#${BUYER}:lowBalance:${NOW.toISOString()}`;
      expect(intents).toEqual(because === 'under-reserve' ? [complaint] : []);
      expect(refusals).toEqual([because]);
    });

    it('begins anew when the corpus has changed and no bounty is out', () => {
      const next = 'fedcba9876543210';
      const corpus = aCorpus(next);
      const half = (state: Purchase['state']) =>
        aSnapshot({
          state: anAgentState({ cycle }),
          purchases: [...owned('raw_logs'), aPurchase({ product: 'skill_profiles', state })],
        });
      expect(decided(CONSUMER, half('open'), { corpus }).intents).toEqual([]);
      for (const state of ['wanted', 'bought'] as const) {
        const { change, intents } = decided(CONSUMER, half(state), { corpus });
        expect(intents).toEqual([`publish#raw_logs#${next}`]);
        expect(change.state?.cycle).toEqual({ generation: next, startedAt: AT });
      }
    });

    it('begins anew for the consumer after a day, for nobody else', () => {
      const late = new Date(NOW.getTime() + 86_400_000);
      const all = (who: string) =>
        aSnapshot({ state: anAgentState({ cycle }), purchases: owned(...agentOf(who).wants) });
      expect(decided(CONSUMER, all(CONSUMER), { at: late }).intents).toEqual([
        `publish#raw_logs#${GENERATION}.1`,
      ]);
      expect(
        decided(CONSUMER, all(CONSUMER), { at: new Date(late.getTime() - 1) }).intents,
      ).toEqual([]);
      const made = all(SOUL).state;
      const stock = { soul_profiles: { ...shelf.raw_logs } };
      const shelved = { soul_profiles: 'v1' };
      const idle = { ...all(SOUL), state: { ...made, stock, shelved } };
      expect(decided(SOUL, idle, { at: late }).intents).toEqual([]);
    });
  });

  describe('an open bounty', () => {
    const deal = aBuyDeal();
    const snapshot = holding([deal], {
      purchases: [aPurchase({ state: 'open', taskId: deal.taskId })],
    });
    const engaged = (
      applications: Sighting['applications'],
      over: Parameters<typeof decided>[2] = {},
      base = snapshot,
    ) => {
      const [own] = base.deals.values();
      const sighting = { deal: own!, task: { ok: true, value: aTask() }, applications } as const;
      return decided(BUYER, base, { sightings: [sighting], ...over });
    };

    it('goes to the earliest whom it may trust, with the money reserved', () => {
      const early = new Date(NOW.getTime() - 2);
      const applications = [
        anApplication(),
        anApplication({ executorId: 'first', appliedAt: new Date(NOW.getTime() - 1) }),
        anApplication({ executorId: 'stranger', wallet: walletOf('stranger'), appliedAt: early }),
        anApplication({ executorId: 'self', wallet: walletOf(BUYER), appliedAt: early }),
        anApplication({ executorId: 'no-seller', wallet: walletOf(SOUL), appliedAt: early }),
        anApplication({ executorId: 'refused', status: 'rejected', appliedAt: early }),
      ];
      const { change, intents } = engaged(applications);
      expect(change.deals).toMatchObject([
        {
          state: 'locking',
          seller: { executorId: 'first', name: SELLER },
          budgetDay: '2026-03-01',
        },
      ]);
      const [chosen] = change.deals ?? [];
      expect(chosen?.payment).toEqual(aPayment({ salt: saltOf(7) }));
      expect(change.budget).toEqual({ day: '2026-03-01', amount: 10_000n, limit: 2_000_000n });
      expect(intents).toContain(`lock#${deal.taskId}`);
    });

    it.each([
      ['nobody', []],
      ['itself', [anApplication({ wallet: walletOf(BUYER) })]],
      ['an unknown wallet', [anApplication({ wallet: walletOf('stranger') })]],
      ['one who does not sell it', [anApplication({ wallet: walletOf(SOUL) })]],
    ])('never goes to %s', (_who, applications) => {
      expect(engaged(applications).change.deals ?? []).toEqual([]);
    });

    it('never goes to one who failed it before: it is withdrawn', () => {
      const shun = holding([aBuyDeal({ shunned: [EXECUTOR] })], { purchases: snapshot.purchases });
      const { deals } = engaged([anApplication()], {}, shun).change;
      expect(deals).toMatchObject([{ state: 'cancelling', because: 'no-seller-left' }]);
    });

    it('waits when the gate says no', () => {
      expect(engaged([anApplication()], { balance: 109_999n }).refusals).toEqual(['under-reserve']);
    });

    it('counts what is signed away already as gone', () => {
      const locking = aLockedDeal({ state: 'locking', taskId: taskId(2), lockTx: undefined });
      const both = holding([deal, locking], { purchases: snapshot.purchases });
      expect(engaged([anApplication()], { balance: 119_999n }, both).refusals).toEqual([
        'under-reserve',
      ]);
      expect(engaged([anApplication()], { balance: 120_000n }, both).refusals).toEqual([]);
    });
  });

  it('refines only what it has bought all inputs of', () => {
    expect(decided(SOUL, aSnapshot({ purchases: owned('skill_profiles') })).intents).not.toContain(
      `refine#soul_profiles#${GENERATION}`,
    );
    expect(decided(SELLER, aSnapshot()).intents).toEqual([`refine#raw_logs#${GENERATION}`]);
    const making = (attempts: number) => {
      const subject = `raw_logs#${GENERATION}`;
      const intents = [anIntent({ kind: 'refine', subject, attempts })];
      return decided(SELLER, aSnapshot({ intents })).intents;
    };
    expect(making(2)).toEqual([]);
    expect(making(3)).toEqual([`refine#user_stats#${GENERATION}`]);
    const shelved = { raw_logs: 'v1', user_stats: 'v1', topic_map: 'v1' };
    const done = aSnapshot({ state: anAgentState({ stock: shelf, shelved }) });
    expect(decided(SELLER, done).intents).toEqual([]);
  });

  it('puts on sale at the direct door what it made, one after the other, once no deal waits', () => {
    const shelved = { raw_logs: 'v0', user_stats: 'v1' };
    const state = anAgentState({ stock: shelf, shelved });
    const intents = (deals: Parameters<typeof holding>[0], over = {}) =>
      decided(SELLER, holding(deals, { state: { ...state, ...over } })).intents;
    expect(intents([])).toEqual(['shelve#raw_logs#v1']);
    expect(intents([], { shelved: { ...shelved, raw_logs: 'v1' } })).toEqual([
      'shelve#topic_map#v1',
    ]);
    const sale = aSellDeal({ taskId: taskId(9) });
    expect(intents([sale])).toEqual([]);
    const madeBefore = (ms: number) => {
      const madeAt = new Date(NOW.getTime() - ms).toISOString();
      return { raw_logs: { versions: [{ version: 'v1', madeAt, perSale: 0n, sold: 0 }] } };
    };
    expect(intents([sale], { sales: madeBefore(3_600_000) })).toEqual(['shelve#raw_logs#v1']);
    expect(intents([], { sales: madeBefore(120_000) })).toEqual(['shelve#raw_logs#v1']);
    expect(intents([], { sales: madeBefore(119_000) })).toEqual(['shelve#topic_map#v1']);
    const busy = [anIntent({ kind: 'refine', subject: 'user_stats#x' })];
    expect(decided(SELLER, aSnapshot({ state, intents: busy })).intents).toEqual([]);
  });

  it('makes what nobody wants only when no deal waits for it', () => {
    const state = anAgentState({ stock: { raw_logs: shelf.raw_logs } });
    const refined = (deals: Parameters<typeof holding>[0], world = {}) =>
      decided(SELLER, holding(deals, { state }), world).intents.filter((id) =>
        id.startsWith('refine'),
      );
    const sale = aSellDeal({ taskId: taskId(9) });
    const [, stats] = ['raw_logs', 'user_stats'].map((skill) => aTask({ skills: [skill] }));
    expect(refined([])).toEqual([`refine#user_stats#${GENERATION}`]);
    expect(refined([sale])).toEqual([]);
    expect(refined([sale], { requests: [stats] })).toEqual([`refine#user_stats#${GENERATION}`]);
    const bare = holding([sale], { state: anAgentState() });
    expect(decided(SELLER, bare).intents).toEqual([`refine#raw_logs#${GENERATION}`]);
  });

  it('decides no more than one transaction holds', () => {
    const deals = Array.from({ length: 60 }, (_, n) =>
      aSellDeal({ taskId: taskId(n + 1), state: 'delivered', deliveries: 1 }),
    );
    const transfers = [{ from: walletOf('stranger'), to: walletOf(SELLER), value: 8_700n }];
    const close = { kind: 'captured', tx: txOf(1), transfers } as const;
    const sightings = deals.map((deal) => ({ deal, close }));
    const { change } = decided(SELLER, holding(deals), { sightings });
    const items = [change.deals, change.intents, change.entries].flat().length;
    expect(items).toBeGreaterThan(60);
    expect(items).toBeLessThanOrEqual(90);
  });
});
