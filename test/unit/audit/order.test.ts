import { describe, expect, it } from 'vitest';
import { TxHash } from '#contract/ids.ts';
import { agentOf } from '#contract/roster.ts';
import { type AuditOrder, VALIDATOR, type Verdict } from '#contract/verdict.ts';
import type { OpenPayment } from '#contract/x402.ts';
import { judge } from '#core/audit/judge.ts';
import { audit } from '#core/heartbeat/effects/audit.ts';
import type { Hands, Job } from '#core/heartbeat/effects/effect.ts';
import { bookPayment } from '#core/heartbeat/payments.ts';
import { announce } from '#core/talk/announce.ts';
import {
  AT,
  anAgentState,
  anIntent,
  aSnapshot,
  NOW,
  network,
  SELLER,
  someEvidence,
  taskId,
  txOf,
  walletOf,
} from '../../support/builders.ts';

const order: AuditOrder = {
  id: 'ab'.repeat(16),
  taskId: taskId(1),
  seller: SELLER,
  evidence: someEvidence({ inputs: [{ product: 'corpus', version: 'c1' }] }),
  at: AT,
};
const open: OpenPayment = {
  v: 1,
  direction: 'in',
  payment: {
    network: network.caip2,
    asset: network.usdc,
    from: walletOf(SELLER),
    to: walletOf(VALIDATOR),
    nonce: TxHash.parse(`0x${'77'.repeat(32)}`),
    amount: 1_000n,
    validBefore: NOW.getTime() / 1000,
  },
  account: 'income:validation',
  at: AT,
  isBooked: false,
  audit: order,
};
const verdict: Verdict = judge(order, {
  checked: { kind: 'good', records: 2000, score: 100 },
  oddities: [],
  current: new Map(),
  at: AT,
});

function job(answer: Verdict | 'unreachable', asked: boolean[] = [], now = NOW): Job {
  const auditor = {
    audit: (_order: AuditOrder, isLast: boolean) => {
      asked.push(isLast);
      return Promise.resolve(answer);
    },
  };
  return {
    agent: agentOf(VALIDATOR),
    intent: { ...anIntent({ kind: 'audit', subject: order.id }), audit: order },
    snapshot: aSnapshot(),
    hands: { auditor, now: () => now } as unknown as Hands,
    at: AT,
  };
}

describe('an order to audit', () => {
  it('becomes work when its payment is on the chain, in the transaction that books it', () => {
    const change = bookPayment(
      { agent: agentOf(VALIDATOR), state: anAgentState() },
      { open, tx: txOf(1) },
      NOW,
    );

    expect(change).toMatchObject({
      entries: [{}],
      closedPayments: [open],
      intents: [{ id: `audit#${order.id}`, kind: 'audit', audit: order }],
    });
  });

  it('is no work when it never was paid', () => {
    const late = new Date(NOW.getTime() + 3_600_000);
    const change = bookPayment(
      { agent: agentOf(VALIDATOR), state: anAgentState() },
      { open, tx: undefined },
      late,
    );

    expect(change).toMatchObject({ closedPayments: [open] });
    expect(change?.intents).toBeUndefined();
  });

  it('is said to be VERIFIED once it has its verdict', async () => {
    const outcome = await audit(job(verdict));

    const said = outcome.kind === 'change' ? outcome.change.intents : [];
    const [{ event } = {}, ...others] = said ?? [];
    expect(others).toEqual([]);
    const { line } = announce(VALIDATOR, event!, {});
    expect(line.text).toContain(`VERIFIED: raw_logs | 2000 records | score 100 | ${taskId(1)}`);
  });

  it('waits for goods out of reach, for an hour', async () => {
    const asked: boolean[] = [];

    expect(await audit(job('unreachable', asked))).toMatchObject({ kind: 'later' });
    await audit(job('unreachable', asked, new Date(NOW.getTime() + 3_600_001)));

    expect(asked).toEqual([false, true]);
  });
});

describe('a verdict', () => {
  it('adds up what is held against the goods, and does not go below nothing', () => {
    const oddity = { reason: 'constant-scores', detail: 'all 0.5', cost: 50 } as const;
    const facts = { checked: { kind: 'good', records: 9, score: 95 }, at: AT } as const;

    expect(
      judge(order, { ...facts, oddities: [oddity], current: new Map([['corpus', 'other']]) }),
    ).toMatchObject({
      score: 30,
      reasons: [
        'hollow: some records are valid and say nothing',
        'constant-scores: all 0.5',
        'stale: it rests on corpus c1, other is the newest',
      ],
    });
    expect(
      judge(order, { ...facts, oddities: [oddity, oddity, oddity], current: new Map() }).score,
    ).toBe(0);
  });
});
