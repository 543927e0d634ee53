import { Hono } from 'hono';
import {
  ApplyRequest,
  RegisterExecutorRequest,
  RegisterWorkerRequest,
  SubmitRequest,
} from '#contract/execution-market-requests.ts';
import { Address } from '#contract/ids.ts';
import { isOffered } from '#core/exchange/applying.ts';
import { moved } from '#core/exchange/refusal.ts';
import type { ExchangeSubmission, Executor } from '#core/exchange/task.ts';
import { submit as handIn } from '#core/exchange/work.ts';
import { type Ctx, check, done, type MarketVariables, readBody, refuse } from './answers.ts';
import { signedWorker } from './auth.ts';
import { meanScore } from './bodies.ts';
import { executorIdOf, uuidOf } from './ids.ts';
import { ownExecutor, PathId } from './owning.ts';
import type { Services } from './services.ts';
import { change, touch } from './settling.ts';

/** The worker's half. */
export function workRoutes(services: Services): Hono<MarketVariables> {
  const worker = signedWorker(services);
  const app = new Hono<MarketVariables>();
  app.post('/workers/register', (c) => registerWorker(c, services));
  app.post('/executors/register', (c) => registerExecutor(c, services));
  app.post('/tasks/:id/apply', worker, (c) => apply(c, services));
  app.post('/tasks/:id/submit', worker, (c) => submit(c, services));
  return app;
}

async function registerWorker(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RegisterWorkerRequest);
  if (!body.ok) return body.answer;
  const { wallet_address: wallet, name } = body.value;
  const { executor, created } = await register(wallet, name ?? undefined, services);
  return done(c, created ? 'Worker registered' : 'Worker already registered', {
    executor_id: executor.id,
    wallet_address: executor.wallet,
    created,
  });
}

async function registerExecutor(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RegisterExecutorRequest);
  if (!body.ok) return body.answer;
  const { wallet_address: wallet, display_name: name } = body.value;
  const { executor, created } = await register(wallet, name, services);
  return c.json({
    executor: { id: executor.id, wallet_address: executor.wallet, display_name: executor.name },
    created,
  });
}

/** The executor of a wallet. Its name is who came first: registering is not signed. */
async function register(
  wallet: string,
  name: string | undefined,
  { exchange, now }: Services,
): Promise<{ readonly executor: Executor; readonly created: boolean }> {
  const address = Address.parse(wallet);
  const executor: Executor = {
    id: executorIdOf(address),
    wallet: address,
    name,
    registeredAt: now(),
    ratings: { count: 0, sum: 0 },
  };
  if (await exchange.register(executor)) return { executor, created: true };
  return { executor: (await exchange.executor(executor.id)) ?? executor, created: false };
}

async function apply(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, ApplyRequest);
  if (!body.ok) return body.answer;
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const executor = await ownExecutor(c, services, body.value.executor_id);
  if (!executor.ok) return executor.answer;
  const task = await touch(path.value.id, services);
  if (!task) return refuse(c, { kind: 'missing', detail: 'Task not found' });

  const offered = isOffered(task, executor.value.wallet, meanScore(executor.value));
  if (!offered.ok) return refuse(c, offered.refusal);

  const application = {
    id: uuidOf('application', task.id, executor.value.id),
    taskId: task.id,
    executorId: executor.value.id,
    wallet: executor.value.wallet,
    message: body.value.message ?? undefined,
    appliedAt: services.now(),
  };
  // one row per task and executor; should the task be given away in between, this application reads as rejected
  if (!(await services.exchange.apply(application))) {
    return refuse(c, { kind: 'conflict', detail: 'Already applied to this task' });
  }
  services.log.info('applied', { taskId: task.id, executorId: executor.value.id });
  return done(c, 'Application submitted', {
    application_id: application.id,
    task_id: task.id,
    status: 'pending',
  });
}

async function submit(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, SubmitRequest);
  if (!body.ok) return body.answer;
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const executor = await ownExecutor(c, services, body.value.executor_id);
  if (!executor.ok) return executor.answer;

  const id = uuidOf('submission', path.value.id, executor.value.id);
  const changed = await change(path.value.id, services, async (task) => {
    const before: ExchangeSubmission | undefined = await services.exchange.submission(id);
    const { evidence, notes } = body.value;
    const work = { id, executorId: executor.value.id, evidence, notes: notes ?? undefined, before };
    const submitted = handIn(task, work, services.now());
    return submitted.ok ? moved(submitted.value) : submitted;
  });
  if (!changed.ok) return refuse(c, changed.refusal);
  services.log.info('submitted', { taskId: path.value.id, submissionId: id });
  return done(c, 'Work submitted', {
    submission_id: id,
    task_id: path.value.id,
    status: 'submitted',
    verification: { passed: true, score: null, checks: [] },
  });
}
