import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaidAudits } from '#adapters/audit/paid-audits.ts';
import { versionsOf } from '#adapters/products/build-product.ts';
import type { BuyDeal } from '#contract/deal.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { Delivery, DeliveryEvidence } from '#contract/products.ts';
import type { SkillProfile } from '#contract/profiles.ts';
import { agentOf } from '#contract/roster.ts';
import { act, type Tried } from '#core/heartbeat/act.ts';
import { intend } from '#core/heartbeat/change.ts';
import type { Hands } from '#core/heartbeat/effects/effect.ts';
import { balances, openingEntry } from '#core/money/ledger.ts';
import { Skills } from '#core/refinery/skills.ts';
import { aLockedDeal, taskId } from '../../support/builders.ts';
import { recordsOf } from '../../support/messages.ts';
import { PaperChain } from '../../support/paper-chain.ts';
import { PaperMarket } from '../../support/paper-market.ts';
import { walletOf } from '../chain/house.ts';
import { openShop } from './shop.ts';
import { beat, corpus, LOG } from './validator.ts';

const BUYER = AgentId.parse('kk-juanjumagalp');
const SELLER = AgentId.parse('kk-skill-extractor');
const buyer = walletOf(agentOf(BUYER).hdIndex);
const VERSIONS = versionsOf(corpus.version, 'UTC');
const VERSION = VERSIONS.get('skill_profiles') ?? '';

let shop: Awaited<ReturnType<typeof openShop>>;
let honest: SkillProfile[];
/** What half as many messages made. */
let old: SkillProfile[];
beforeAll(async () => {
  shop = await openShop();
  honest = await recordsOf(new Skills(), LOG);
  old = await recordsOf(new Skills(), LOG.slice(0, 750));
  const balance = await shop.house.chain.balanceOf(buyer.address);
  await underLease(async (lease) => {
    const { state } = await shop.agents.load(BUYER, view());
    await shop.agents.commit(lease, {
      state: { ...state, isOpened: true, revision: state.revision + 1 },
      entries: [openingEntry(balance, new Date().toISOString())],
    });
  });
});
afterAll(() => shop.close());

const view = () => ({ day: new Date().toISOString().slice(0, 10), generation: undefined });
type Lease = NonNullable<Awaited<ReturnType<typeof shop.agents.takeLease>>>;

async function underLease<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
  const term = { owner: 'buyer', now: new Date(), until: new Date(Date.now() + 60_000) };
  const lease = (await shop.agents.takeLease(BUYER, term))!;
  const done = await work(lease);
  await shop.agents.letGo(lease);
  return done;
}

/** The seller hands these profiles over as what the newest corpus makes. */
async function handOver(n: number, profiles: readonly SkillProfile[], over = {}) {
  const body = gzipSync(profiles.map((profile) => `${JSON.stringify(profile)}\n`).join(''));
  const evidence: DeliveryEvidence = {
    v: 1,
    product: 'skill_profiles',
    version: VERSION,
    deliveryUrl: `${shop.url}/deliveries/${taskId(n)}?seller=${SELLER}`,
    sha256: createHash('sha256').update(body).digest('hex'),
    bytes: body.byteLength,
    records: profiles.length,
    from: profiles.map(({ firstSeen }) => firstSeen).toSorted()[0] ?? '',
    to:
      profiles
        .map(({ lastSeen }) => lastSeen)
        .toSorted()
        .at(-1) ?? '',
    inputs: [{ product: 'raw_logs', version: VERSIONS.get('raw_logs') ?? '' }],
    ...over,
  };
  const key = objectKey.product(SELLER, 'skill_profiles', `v${n}/data.ndjson.gz`);
  await shop.objects.put(key, body, { contentType: 'application/gzip' });
  const delivery: Delivery = {
    ...{ v: 1, taskId: taskId(n), buyer: buyer.address, key },
    ...{ fileName: 'skill_profiles.ndjson.gz', evidence },
  };
  const json = new TextEncoder().encode(JSON.stringify(delivery));
  await shop.objects.put(objectKey.delivery(SELLER, taskId(n)), json, {
    contentType: 'application/json',
  });
  return evidence;
}

/** A deal of $0.05 whose goods hold every promise that the buyer itself can check. */
async function inspected(n: number, evidence: DeliveryEvidence): Promise<void> {
  const at = new Date().toISOString();
  const deal: BuyDeal = aLockedDeal({
    ...{ state: 'auditing', taskId: taskId(n), product: 'skill_profiles', bounty: 50_000n },
    seller: { wallet: walletOf(2).address, executorId: 'e', name: SELLER },
    ...{ evidence, score: 100, isAudited: true, auditingSince: at, submissionId: `s${n}` },
  });
  await underLease(async (lease) => {
    const { state } = await shop.agents.load(BUYER, view());
    await shop.agents.commit(lease, {
      state: { ...state, open: [...state.open, taskId(n)], revision: state.revision + 1 },
      deals: [deal],
      intents: [intend('order-audit', taskId(n), at)],
    });
  });
}

/** What the buyer's beat does with what it committed; its market answers nobody, so that what it decided stands. */
function acts(over: Partial<Hands> = {}): Promise<void> {
  return underLease(async (lease) => {
    const now = () => new Date();
    const market = new PaperMarket(new PaperChain(now), now);
    market.isSilent = true;
    const { agents, payments, network } = shop;
    const hands = {
      ...{ agents, payments, network, now, self: buyer.address, wallet: buyer },
      ...{ chain: shop.house.chain, market: market.door(buyer.address) },
      audits: new PaidAudits({ storefrontUrl: shop.url, network, signer: buyer }),
      ...over,
    } as unknown as Hands;
    const loaded = await agents.load(BUYER, view());
    const tried: Tried = new Map();
    await act(loaded, {
      agent: agentOf(BUYER),
      lease,
      hands,
      hasTime: () => true,
      mayMake: true,
      tried,
    });
  });
}

async function judged(n: number): Promise<BuyDeal> {
  await acts();
  await beat(shop);
  await acts();
  const deal = await shop.agents.deal(BUYER, taskId(n));
  if (deal?.side !== 'buy') throw new Error('No such deal.');
  return deal;
}

const invented = (profile: SkillProfile, at: number): SkillProfile => ({
  ...profile,
  skills: profile.skills.map((skill) => ({ ...skill, score: (at % 7) / 10 + 0.1 })),
});

let next = 10;

describe('goods at five cents', () => {
  it('that the corpus confirms are approved', async () => {
    await inspected(1, await handOver(1, honest));

    const deal = await judged(1);

    expect(deal).toMatchObject({ state: 'approving', verdict: { score: 100, reasons: [] } });
  });

  it.each<[string, string, () => SkillProfile[]]>([
    [
      'of constant scores',
      'invented: ',
      () =>
        honest.map((profile) => ({
          ...profile,
          skills: profile.skills.map((skill) => ({ ...skill, score: 0.5, confidence: 0.5 })),
        })),
    ],
    ['made of the corpus of before', 'invented-counts: ', () => old],
    [
      'about people who never spoke',
      'made-up: ',
      () => [...honest, { ...honest[0]!, user: 'zz-nobody' }],
    ],
    [
      'with messages that nobody wrote',
      'invented-counts: ',
      () => honest.map((profile) => ({ ...profile, messages: profile.messages + 100 })),
    ],
    ['of the right shape and invented', 'invented: ', () => honest.map(invented)],
    ['that leave people out', 'incomplete: ', () => honest.slice(1)],
  ])('%s are rejected for it, and not paid', async (_what, reason, profiles) => {
    const n = (next += 1);
    await inspected(n, await handOver(n, profiles()));

    const deal = await judged(n);

    expect(deal.state).toBe('rejecting');
    expect(deal.complaint).toContain(`score 0: ${reason}`);
    const { intents } = await shop.agents.load(BUYER, view());
    const own = intents.filter(({ subject }) => subject === taskId(n)).map(({ kind }) => kind);
    expect(own).toEqual(['reject']);
  });

  it('that were sold before under another version are known again', async () => {
    const inputs = [{ product: 'raw_logs', version: 'of-another-day' }];
    await inspected(60, await handOver(60, old, { version: 'first', inputs }));
    expect(await judged(60)).toMatchObject({ state: 'approving', verdict: { score: 85 } });

    const { sha256, ...again } = await handOver(61, old, { version: 'second', inputs });
    await inspected(61, { ...again, sha256 });

    const deal = await judged(61);
    expect(deal.state).toBe('rejecting');
    expect(deal.complaint).toContain('resold: its 20 records are those of version first');
  });

  it('cost one payment for one verdict, however often their buyer asks', async () => {
    await inspected(70, await handOver(70, honest));
    const before = await shop.house.chain.balanceOf(buyer.address);

    for (let n = 0; n < 3; n += 1) await acts();
    expect(await shop.agents.deal(BUYER, taskId(70))).toMatchObject({ state: 'auditing' });
    await beat(shop);
    await beat(shop);
    for (let n = 0; n < 2; n += 1) await acts();

    expect(await shop.agents.deal(BUYER, taskId(70))).toMatchObject({ state: 'approving' });
    expect(before - (await shop.house.chain.balanceOf(buyer.address))).toBe(1_000n);
    const { entries } = await shop.books.of(BUYER);
    expect(balances(entries).get('wallet')).toBe(await shop.house.chain.balanceOf(buyer.address));
  });

  it('are paid on the buyer’s own checks when no verdict comes for two hours', async () => {
    await inspected(80, await handOver(80, honest));
    await acts();
    const later = () => new Date(Date.now() + 2 * 3_600_000 + 1);

    await acts({ now: later });

    expect(await shop.agents.deal(BUYER, taskId(80))).toMatchObject({
      state: 'approving',
      unaudited: 'no verdict yet',
    });
  });

  it('are not judged by a verdict that somebody else has signed', async () => {
    await inspected(81, await handOver(81, honest));
    await acts();
    await beat(shop);
    const roster = new Map(await shop.agents.roster());
    const agents = new Proxy(shop.agents, {
      get: (target, key) => {
        if (key === 'roster')
          return () =>
            Promise.resolve(
              new Map([...roster].map(([, id], n) => [walletOf(50 + n).address, id])),
            );
        const member: unknown = Reflect.get(target, key);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });

    await acts({ agents });

    expect(await shop.agents.deal(BUYER, taskId(81))).toMatchObject({ state: 'auditing' });
  });
});
