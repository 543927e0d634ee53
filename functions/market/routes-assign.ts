import { Hono } from 'hono';
import type { PaymentInfo } from '#contract/escrow.ts';
import { PaymentInfoBody } from '#contract/execution-market.ts';
import { AssignRequest, UpdateEscrowRequest } from '#contract/execution-market-requests.ts';
import { TxHash } from '#contract/ids.ts';
import { lockProblem, sameTerms } from '#core/exchange/lock.ts';
import { assign as give } from '#core/exchange/moves.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import {
  currentEscrow,
  type Escrow,
  type ExchangeApplication,
  type ExchangeTask,
} from '#core/exchange/task.ts';
import {
  type Ctx,
  done,
  type MarketVariables,
  readBody,
  refuse,
  UpstreamError,
} from './answers.ts';
import { maybeSigned, signed } from './auth.ts';
import { applicationBody, escrowStatus, iso, submissionBody } from './bodies.ts';
import { ownTask } from './owning.ts';
import type { Services } from './services.ts';
import { change } from './settling.ts';

/** The publisher chooses among those who applied, and sees what they did. */
export function assignRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.get('/tasks/:id/applications', maybeSigned(services), (c) => applications(c, services));
  app.post('/tasks/:id/assign', signed(services), (c) => assign(c, services));
  app.patch('/tasks/:id/escrow', signed(services), (c) => updateEscrow(c, services));
  app.get('/tasks/:id/submissions', maybeSigned(services), (c) => submissions(c, services));
  return app;
}

async function applications(c: Ctx, services: Services): Promise<Response> {
  const { exchange } = services;
  const task = await ownTask(c, services);
  if (!task.ok) return task.answer;
  const found = await exchange.applications(task.value.id);
  const executors = await Promise.all(found.map(({ executorId }) => exchange.executor(executorId)));
  const bodies = found.map((one, i) => applicationBody(one, task.value, executors[i]));
  return c.json({ applications: bodies, count: bodies.length });
}

async function submissions(c: Ctx, services: Services): Promise<Response> {
  const { exchange } = services;
  const task = await ownTask(c, services);
  if (!task.ok) return task.answer;
  const found = await Promise.all(task.value.submissionIds.map((id) => exchange.submission(id)));
  const bodies = found.filter((one) => one !== undefined).map(submissionBody);
  return c.json({ submissions: bodies, count: bodies.length });
}

async function assign(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, AssignRequest);
  if (!body.ok) return body.answer;
  const task = await ownTask(c, services);
  if (!task.ok) return task.answer;
  if (task.value.status !== 'published') return refuse(c, notPublished(task.value));

  const { executor_id: executorId, escrow_tx, payment_info } = body.value;
  const application = await services.exchange.application(task.value.id, executorId);
  if (!application) {
    return refuse(c, { kind: 'missing', detail: 'This executor has not applied to the task' });
  }
  const lock = await paidBy(
    { escrow_tx, payment_info },
    { task: task.value, application, services },
  );
  if (!lock.ok) return refuse(c, lock.refusal);

  const executor = { id: executorId, wallet: application.wallet };
  const assigned = await change(task.value.id, services, (newest) => {
    const given = give(newest, { executor, ...lock.value }, services.now());
    return given.ok ? moved({ task: given.value, lock: lock.value.tx }) : given;
  });
  if (!assigned.ok) return refuse(c, assigned.refusal);
  services.log.info('assigned', { dealId: task.value.id, executorId, tx: lock.value.tx });
  return done(c, 'Task assigned', {
    task_id: task.value.id,
    executor_id: executorId,
    status: assigned.value.status,
    assigned_at: assigned.value.executor && iso(assigned.value.executor.assignedAt),
    worker_wallet: application.wallet,
    escrow: {
      escrow_tx: lock.value.tx,
      escrow_status: escrowStatus(assigned.value),
      escrow_mode: 'direct_release',
      agent_signed: true,
    },
  });
}

/** EM lets a publisher mend what it said of its lock. Here the chain was asked at once: only what it confirms is taken. */
async function updateEscrow(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, UpdateEscrowRequest);
  if (!body.ok) return body.answer;
  const task = await ownTask(c, services);
  if (!task.ok) return task.answer;
  const escrow = currentEscrow(task.value);
  if (escrow?.status !== 'deposited') {
    return refuse(c, { kind: 'conflict', detail: 'Task has no escrow that is deposited' });
  }
  const { escrow_tx = null, payment_info = null } = body.value;
  if (escrow_tx === null && payment_info === null) {
    return refuse(c, { kind: 'invalid', detail: 'Give escrow_tx or payment_info' });
  }
  if (!isSameLock(escrow, { escrow_tx, payment_info })) {
    return refuse(c, { kind: 'invalid', detail: 'This is not the lock that pays for the task' });
  }
  return done(c, 'Escrow metadata updated', {
    task_id: task.value.id,
    escrow_tx: escrow.tx,
    escrow_status: escrowStatus(task.value),
  });
}

function isSameLock(
  { tx, info }: Escrow,
  named: { readonly escrow_tx: string | null; readonly payment_info: unknown },
): boolean {
  if (named.escrow_tx !== null && named.escrow_tx.toLowerCase() !== tx) return false;
  if (named.payment_info === null) return true;
  const claimed = PaymentInfoBody.safeParse(named.payment_info);
  return claimed.success && sameTerms(claimed.data, info);
}

function notPublished({ status }: ExchangeTask) {
  return { kind: 'conflict', detail: `Task is not published: it is ${status}` } as const;
}

/** The lock that the publisher names, if the chain says that it pays for this task and this worker. */
async function paidBy(
  named: { readonly escrow_tx?: string | null | undefined; readonly payment_info?: unknown },
  about: {
    readonly task: ExchangeTask;
    readonly application: ExchangeApplication;
    readonly services: Services;
  },
): Promise<Moved<{ readonly info: PaymentInfo; readonly tx: TxHash }>> {
  const blocked = (why: string) =>
    refused('unpaid', `Assignment blocked: no on-chain escrow lock: ${why}`);
  const tx = TxHash.safeParse(named.escrow_tx);
  if (!tx.success) return blocked('escrow_tx is no transaction hash');
  const claimed = PaymentInfoBody.safeParse(named.payment_info);
  if (!claimed.success) return blocked('payment_info is missing or incomplete');

  const { task, application, services } = about;
  const { chain, network } = services;
  const [locked, state] = await Promise.all([
    chain.lockIn(tx.data),
    chain.escrowState(claimed.data),
  ]).catch((error: unknown) => {
    throw new UpstreamError('Could not read the escrow lock', { cause: error });
  });
  const problem = lockProblem(task, {
    claimed: claimed.data,
    locked,
    state,
    worker: application.wallet,
    network,
  });
  return problem === undefined ? moved({ info: claimed.data, tx: tx.data }) : blocked(problem);
}
