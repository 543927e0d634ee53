import { next, TASK_EVENTS, TRANSITIONS } from '#core/exchange/machine.ts';
import type { TaskStatus } from '#core/ports/market.ts';
import { ask, at, type KnownTask, type TakenLock, type Target, textAt } from './world.ts';

const WITH_WORKER: readonly TaskStatus[] = ['accepted', 'in_progress', 'submitted'];

/** Reads a task as its publisher and compares it with what is known of it; a sentence when something is wrong. */
export async function wrongWith(task: KnownTask, target: Target): Promise<string | undefined> {
  const url = `${target.marketUrl}/api/v1/tasks/${task.id}`;
  const {
    status: code,
    json,
    text,
  } = await ask(target, { method: 'GET', url, by: task.publisher });
  if (code !== 200) return `its publisher is answered ${code}: ${text.slice(0, 200)}`;
  const status = statusIn(json);
  if (status === undefined) return `it has no legal status: ${String(at(json, 'status'))}`;
  const before = task.status;
  if (!reachable(before).has(status)) return `it went from ${before} to ${status}`;
  task.status = status;
  const worker = textAt(json, 'executor_id');
  if (WITH_WORKER.includes(status) && worker === undefined) return `it is ${status} by nobody`;
  if (status === 'published' && worker !== undefined)
    return `it is published, and ${worker} works on it`;
  return wrongWithMoney(task, json, target);
}

/** The lock taken last stands while there is work and is paid when it is completed; no other lock stands. */
async function wrongWithMoney(
  { taken, status }: KnownTask,
  json: unknown,
  target: Target,
): Promise<string | undefined> {
  for (const [i, lock] of taken.entries()) {
    const end = await endOf(lock, target);
    const wanted = i === taken.length - 1 ? moneyOf(status).lock : 'voided';
    if (end !== wanted) return `it is ${status}, and its lock ${lock.tx} is ${end}`;
  }
  const said = textAt(json, 'escrow_status') ?? 'nothing';
  // a task given back to the market speaks of no lock, though it had one
  const isGiven = textAt(json, 'executor_id') !== undefined;
  const wanted = isGiven ? moneyOf(status).said : 'pending_assignment';
  if (said !== wanted) return `it is ${status}, and its escrow is said to be ${said}`;
  const isUnpaid = said === 'released' && textAt(json, 'payment_tx') === undefined;
  return isUnpaid ? 'it is completed without a payment' : undefined;
}

async function endOf({ info }: TakenLock, { chain }: Target): Promise<string> {
  const { kind } = await chain.escrowState(info);
  return kind === 'closed' ? ((await chain.closeOf(info))?.kind ?? kind) : kind;
}

/** Where the last lock of a task in this state is on chain, and what the market says of it. */
function moneyOf(status: TaskStatus): {
  readonly lock: 'locked' | 'captured' | 'voided';
  readonly said: string;
} {
  if (WITH_WORKER.includes(status)) return { lock: 'locked', said: 'deposited' };
  if (status === 'completed') return { lock: 'captured', said: 'released' };
  return { lock: 'voided', said: 'refunded' };
}

function statusIn(json: unknown): TaskStatus | undefined {
  const said = textAt(json, 'status');
  return Object.keys(TRANSITIONS)
    .filter(isStatus)
    .find((status) => status === said);
}

function isStatus(name: string): name is TaskStatus {
  return name in TRANSITIONS;
}

/** Every state that a task may come to from this one, itself too. */
function reachable(from: TaskStatus): ReadonlySet<TaskStatus> {
  const found = new Set<TaskStatus>([from]);
  for (const status of found) {
    for (const event of TASK_EVENTS) {
      const after = next(status, event);
      if (after !== undefined) found.add(after);
    }
  }
  return found;
}
