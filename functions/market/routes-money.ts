import { Hono } from 'hono';
import { splitBounty, toUsdNumber } from '#contract/money.ts';
import { currentEscrow, type Escrow, type ExchangeTask } from '#core/exchange/task.ts';
import type { Ctx, MarketVariables } from './answers.ts';
import { maybeSigned } from './auth.ts';
import { escrowStatus, explorerUrl, iso, paymentNetwork } from './bodies.ts';
import { ownTask } from './owning.ts';
import type { Services } from './services.ts';

/** What became of a task's money. */
export function moneyRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.get('/tasks/:id/payment', maybeSigned(services), (c) => payment(c, services));
  app.get('/tasks/:id/transactions', maybeSigned(services), (c) => transactions(c, services));
  app.get('/escrow/config', gone);
  app.get('/escrow/balance', gone);
  app.get('/escrow/deposits', gone);
  app.post('/escrow/release', gone);
  return app;
}

function gone(c: Ctx): Response {
  return c.json({ detail: 'Gone: see /h2a/payment-config and /tasks/{id}/payment' }, 410);
}

interface Movement {
  readonly id: string;
  readonly type: 'escrow_lock' | 'payment_release' | 'escrow_refund';
  readonly tx: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
}

/** Locks and what became of them, in order. */
function movements(task: ExchangeTask, escrowContract: string): Movement[] {
  return task.escrows
    .flatMap((escrow, i) => [
      lockOf(escrow, i, escrowContract),
      ...endOf(escrow, i, escrowContract),
    ])
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function lockOf({ info, tx, lockedAt }: Escrow, i: number, contract: string): Movement {
  return { id: `${i}-lock`, type: 'escrow_lock', tx, at: lockedAt, from: info.payer, to: contract };
}

function endOf(escrow: Escrow, i: number, contract: string): Movement[] {
  const { info, status, closeTx, closedAt } = escrow;
  if (closeTx === undefined || closedAt === undefined) return [];
  const end = { tx: closeTx, at: closedAt, from: contract };
  return status === 'released'
    ? [{ id: `${i}-release`, type: 'payment_release', to: info.receiver, ...end }]
    : [{ id: `${i}-refund`, type: 'escrow_refund', to: info.payer, ...end }];
}

async function payment(c: Ctx, services: Services): Promise<Response> {
  const own = await ownTask(c, services);
  if (!own.ok) return own.answer;
  const task = own.value;
  const { network } = services;
  const released = currentEscrow(task)?.status === 'released' ? task.bounty : 0n;
  return c.json({
    task_id: task.id,
    status: escrowStatus(task),
    total_amount: toUsdNumber(task.bounty),
    released_amount: toUsdNumber(released),
    currency: 'USDC',
    escrow_tx: task.escrows.at(-1)?.tx ?? null,
    escrow_contract: network.escrow,
    network: paymentNetwork(network),
    events: movements(task, network.escrow).map(({ id, type, tx, at }) => ({
      id,
      type,
      actor: type === 'escrow_lock' ? 'agent' : 'system',
      timestamp: iso(at),
      network: paymentNetwork(network),
      amount: toUsdNumber(task.bounty),
      tx_hash: tx,
      note: null,
    })),
    created_at: iso(task.createdAt),
    updated_at: iso(task.updatedAt),
  });
}

async function transactions(c: Ctx, services: Services): Promise<Response> {
  const own = await ownTask(c, services);
  if (!own.ok) return own.answer;
  const task = own.value;
  const { network } = services;
  const all = movements(task, network.escrow);
  const released = all.some(({ type }) => type === 'payment_release');
  const { net, fee } = splitBounty(released ? task.bounty : 0n);
  return c.json({
    task_id: task.id,
    transactions: all.map(({ id, type, tx, at, from, to }) => ({
      id,
      event_type: type,
      status: 'success',
      timestamp: iso(at),
      tx_hash: tx,
      amount_usdc: toUsdNumber(task.bounty),
      from_address: from,
      to_address: to,
      network: paymentNetwork(network),
      token: 'USDC',
      explorer_url: explorerUrl(tx, network),
      label: null,
      metadata: null,
    })),
    total_count: all.length,
    summary: { paid_to_worker_usdc: toUsdNumber(net), platform_fee_usdc: toUsdNumber(fee) },
  });
}
