import { expect } from 'vitest';
import { S3Auditor } from '#adapters/audit/s3-auditor.ts';
import { signRequest } from '#adapters/erc8128/sign.ts';
import { DeliveryDoor } from '#adapters/goods/delivery-door.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { agentOf } from '#contract/roster.ts';
import { VALIDATOR, type Verdict } from '#contract/verdict.ts';
import { bookPayment, sightPayments } from '#core/heartbeat/payments.ts';
import { aCorpus } from '../../support/builders.ts';
import { aLog } from '../../support/log.ts';
import { signerOf } from '../../support/market-room.ts';
import { streamed } from '../../support/messages.ts';
import { walletOf } from '../chain/house.ts';
import type { openShop } from './shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

interface Over {
  readonly isDown?: boolean;
  /** What the corpus holds. */
  readonly log?: readonly LogRecord[];
}

export const LOG = aLog(1500);
export const corpus = aCorpus();
export const validator = walletOf(agentOf(VALIDATOR).hdIndex);

function auditor(shop: Shop, over: Over = {}) {
  const now = () => new Date();
  const sign = (url: string) =>
    signRequest({ method: 'GET', url }, signerOf(validator), {
      now: Math.floor(Date.now() / 1000),
    });
  const storefrontUrl = shop.url;
  return new S3Auditor({
    objects: shop.objects,
    corpus: { pointer: () => Promise.resolve(corpus), messages: () => streamed(over.log ?? LOG) },
    zone: 'UTC',
    door: new DeliveryDoor({
      storefrontUrl,
      hosts: ['127.0.0.1'],
      sign: over.isDown ? () => Promise.resolve({}) : sign,
    }),
    network: shop.network,
    sign: (verdict: Verdict) => validator.signVerdict(verdict),
    now,
  });
}

/** What the validator's next beat finds, books, and then does. */
export async function beat(shop: Shop, over: Over & { readonly isLast?: boolean } = {}) {
  const term = { owner: 'test', now: new Date(), until: new Date(Date.now() + 60_000) };
  const lease = (await shop.agents.takeLease(VALIDATOR, term))!;
  const view = { day: '2026-11-21', generation: undefined };
  const { payments, state } = await shop.agents.load(VALIDATOR, view);
  for (const sighting of await sightPayments(payments, shop.payments)) {
    const change = bookPayment({ agent: agentOf(VALIDATOR), state }, sighting, new Date());
    if (change) expect(await shop.agents.commit(lease, change)).toBe('committed');
  }
  const { intents } = await shop.agents.load(VALIDATOR, view);
  const verdicts: (Verdict | 'unreachable')[] = [];
  for (const { audit, id } of intents) {
    const verdict = await auditor(shop, over).audit(audit!, over.isLast ?? false);
    verdicts.push(verdict);
    if (verdict !== 'unreachable') await shop.agents.commit(lease, { done: [id] });
  }
  await shop.agents.letGo(lease);
  return verdicts;
}
