import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, TxHash } from '#contract/ids.ts';
import { next, type TaskEvent } from './machine.ts';
import { type Moved, moved, refused } from './refusal.ts';
import { currentEscrow, type Escrow, type ExchangeTask } from './task.ts';

/**
 * What becomes of a task. Every move is pure and leaves `version` and `updatedAt` to whoever writes the task down.
 */
export function step(task: ExchangeTask, event: TaskEvent): Moved<ExchangeTask> {
  const status = next(task.status, event);
  return status === undefined
    ? refused('conflict', `Task is ${task.status}: it cannot take "${event}"`)
    : moved({ ...task, status });
}

/** Whether its deadline went by before its work was handed in. */
export function isLapsed(task: ExchangeTask, now: Date): boolean {
  return next(task.status, 'expire') !== undefined && task.deadline.getTime() <= now.getTime();
}

/** A lapsed task is expired and its lock on the way back, whoever notices first. */
export function lapse(task: ExchangeTask, now: Date): ExchangeTask {
  const expired = isLapsed(task, now) ? step(task, 'expire') : undefined;
  return expired?.ok ? returning(expired.value) : task;
}

export function assign(
  task: ExchangeTask,
  choice: {
    readonly executor: { readonly id: string; readonly wallet: Address };
    readonly info: PaymentInfo;
    readonly tx: TxHash;
  },
  now: Date,
): Moved<ExchangeTask> {
  const { executor, info, tx } = choice;
  const stepped = step(task, 'assign');
  if (!stepped.ok) return refused('conflict', `Task is not published: it is ${task.status}`);
  return moved({
    ...stepped.value,
    executor: { ...executor, assignedAt: now },
    escrows: [...task.escrows, { status: 'deposited', info, tx, lockedAt: now }],
  });
}

/** Cancelled by its publisher; a lock starts its way back. */
export function cancel(task: ExchangeTask, reason: string | undefined): Moved<ExchangeTask> {
  const stepped = step(task, 'cancel');
  return stepped.ok ? moved(returning({ ...stepped.value, cancelReason: reason })) : stepped;
}

/** On the market again without its executor, whose lock starts its way back. */
export function republish(task: ExchangeTask): Moved<ExchangeTask> {
  const stepped = step(task, 'reject-major');
  if (!stepped.ok) return stepped;
  const refusedOnes = task.executor ? [...task.refused, task.executor.id] : task.refused;
  return moved({ ...returning(stepped.value), executor: undefined, refused: refusedOnes });
}

/** The lock of the current work on its way to the worker; only a facilitator that refuses brings it back. */
export function releasing(task: ExchangeTask): Moved<ExchangeTask> {
  const escrow = currentEscrow(task);
  if (escrow?.status === 'releasing') return moved(task);
  if (escrow?.status !== 'deposited') {
    return refused('conflict', 'Escrow is not in a releasable state');
  }
  const approved = step(task, 'approve');
  return approved.ok ? moved(withEscrow(task, escrow, { status: 'releasing' })) : approved;
}

/** A lock that was found at its end. */
export function closed(
  task: ExchangeTask,
  escrow: Escrow,
  end: { readonly status: 'released' | 'refunded'; readonly tx: TxHash; readonly at: Date },
): ExchangeTask {
  return withEscrow(task, escrow, { status: end.status, closeTx: end.tx, closedAt: end.at });
}

/** The facilitator refused and the chain says that nothing moved: the lock stands as before. */
export function standing(task: ExchangeTask): ExchangeTask {
  const escrow = currentEscrow(task);
  return escrow?.status === 'releasing' ? withEscrow(task, escrow, { status: 'deposited' }) : task;
}

/** A lock that still stands starts its way back to the payer. */
function returning(task: ExchangeTask): ExchangeTask {
  const escrow = currentEscrow(task);
  return escrow?.status === 'deposited' ? withEscrow(task, escrow, { status: 'refunding' }) : task;
}

function withEscrow(task: ExchangeTask, which: Escrow, change: Partial<Escrow>): ExchangeTask {
  return {
    ...task,
    escrows: task.escrows.map((escrow) =>
      escrow.tx === which.tx ? { ...escrow, ...change } : escrow,
    ),
  };
}
