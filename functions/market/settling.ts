import type { PaymentInfo } from '#contract/escrow.ts';
import type { TaskId, TxHash } from '#contract/ids.ts';
import { closed, isLapsed, lapse } from '#core/exchange/moves.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import type { Escrow, ExchangeTask } from '#core/exchange/task.ts';
import type { ExchangeChange } from '#core/ports/exchange.ts';
import type { Services } from './services.ts';

const ATTEMPTS = 5;

/** How an escrow ended, or why it is not known to have ended: `refused` moved nothing, `unknown` may have. */
export type Settled =
  | { readonly ok: true; readonly kind: 'released' | 'refunded'; readonly tx: TxHash }
  | { readonly ok: false; readonly kind: 'refused' | 'unknown'; readonly reason: string };

/** Asks the facilitator to move an escrow, and the chain when the answer leaves a doubt. Safe to repeat. */
export async function settle(
  info: PaymentInfo,
  direction: 'release' | 'refund',
  { facilitator, chain }: Services,
): Promise<Settled> {
  const outcome = await facilitator[direction](info);
  if (outcome.kind === 'settled') {
    return { ok: true, kind: direction === 'release' ? 'released' : 'refunded', tx: outcome.tx };
  }
  const end = await chain.closeOf(info);
  if (!end) return { ok: false, ...outcome };
  return { ok: true, kind: end.kind === 'captured' ? 'released' : 'refunded', tx: end.tx };
}

/**
 * The task as it is now: what its deadline did to it is written down, and a lock on its way back is sent on. Nobody watches the
 * clock for the market: whoever touches a task brings it up to date.
 */
export async function touch(id: TaskId, services: Services): Promise<ExchangeTask | undefined> {
  const { exchange, now } = services;
  let task = await exchange.task(id);
  if (task && isLapsed(task, now())) task = await write(lapse(task, now()), services);
  for (const escrow of task?.escrows ?? []) {
    if (escrow.status === 'refunding' && task) task = await giveBack(task, escrow, services);
  }
  return task;
}

/** The task as written, or what somebody faster made of it. */
async function write(task: ExchangeTask, services: Services): Promise<ExchangeTask> {
  const after = newer(task, services.now());
  const saved = await services.exchange.save({ task: after });
  if (saved === 'saved') return after;
  return (await services.exchange.task(task.id)) ?? after;
}

function newer(task: ExchangeTask, now: Date): ExchangeTask {
  return { ...task, version: task.version + 1, updatedAt: now };
}

/** Sends a lock back to its payer; when that fails now, the next touch does it. */
async function giveBack(
  task: ExchangeTask,
  escrow: Escrow,
  services: Services,
): Promise<ExchangeTask> {
  const { log, now } = services;
  const end = await settle(escrow.info, 'refund', services).catch(asUnknown);
  if (!end.ok) {
    log.error('refund-failed', { dealId: task.id, outcome: end.kind, reason: end.reason });
    return task;
  }
  log.info('escrow-closed', { dealId: task.id, as: end.kind, tx: end.tx });
  return write(closed(task, escrow, { status: end.kind, tx: end.tx, at: now() }), services);
}

/** The chain or the facilitator could not be asked: nothing is known, and the caller may try again. */
export function asUnknown(error: unknown): Settled {
  return {
    ok: false,
    kind: 'unknown',
    reason: error instanceof Error ? error.message : String(error),
  };
}

/**
 * Makes a change of the newest task and writes it, again from the start when somebody was faster; the very task it was given
 * back means that there is nothing to write. `decide` must have no effects that a second run would repeat.
 */
export async function change(
  id: TaskId,
  services: Services,
  decide: (task: ExchangeTask) => Promise<Moved<ExchangeChange>> | Moved<ExchangeChange>,
): Promise<Moved<ExchangeTask>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const task = await touch(id, services);
    if (!task) return refused('missing', `Task ${id} not found`);

    const decision = await decide(task);
    if (!decision.ok) return decision;
    if (decision.value.task === task) return moved(task);

    const after = newer(decision.value.task, services.now());
    const saved = await services.exchange.save({ ...decision.value, task: after });
    if (saved === 'saved') return moved(after);
    if (saved === 'lock-taken') {
      return refused('unpaid', 'Assignment blocked: this escrow lock pays for another task');
    }
  }
  return refused('conflict', 'Task is being changed by others: read it and try again');
}
