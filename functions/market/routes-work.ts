import { Hono } from 'hono';
import {
  ApplyRequest,
  RegisterExecutorRequest,
  RegisterWorkerRequest,
  SubmitRequest,
} from '#contract/execution-market-requests.ts';
import { Address } from '#contract/ids.ts';
import { type Ctx, check, done, type MarketVariables, readBody, refuse } from './answers.ts';
import { signedWorker } from './auth.ts';
import { submissionBody } from './bodies.ts';
import { executorIdOf } from './ids.ts';
import { PathId } from './owning.ts';
import type { Services } from './services.ts';
import { applyTo, enlist, handIn, submissionIdOf } from './working.ts';

/** The worker's half. */
export function workRoutes(services: Services): Hono<MarketVariables> {
  const worker = signedWorker(services);
  const app = new Hono<MarketVariables>();
  app.post('/workers/register', (c) => registerWorker(c, services));
  app.post('/executors/register', (c) => registerExecutor(c, services));
  app.post('/tasks/:id/apply', worker, (c) => apply(c, services));
  app.post('/tasks/:id/submit', worker, (c) => submit(c, services));
  app.get('/workers/tasks/:id/my-submission', worker, (c) => mySubmission(c, services));
  app.get('/submissions/:id', worker, (c) => ownSubmission(c, services));
  return app;
}

async function registerWorker(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RegisterWorkerRequest);
  if (!body.ok) return body.answer;
  const { wallet_address: wallet, name } = body.value;
  const { executor, created } = await enlist(Address.parse(wallet), name ?? undefined, services);
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
  const { executor, created } = await enlist(Address.parse(wallet), name, services);
  return c.json({
    executor: { id: executor.id, wallet_address: executor.wallet, display_name: executor.name },
    created,
  });
}

async function apply(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, ApplyRequest);
  if (!body.ok) return body.answer;
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const by = { signer: c.get('agent'), services };
  const applied = await applyTo(path.value.id, body.value, by);
  if (!applied.ok) return refuse(c, applied.refusal);
  return done(c, 'Application submitted', {
    application_id: applied.value.applicationId,
    task_id: path.value.id,
    status: 'pending',
  });
}

async function submit(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, SubmitRequest);
  if (!body.ok) return body.answer;
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const by = { signer: c.get('agent'), services };
  const submitted = await handIn(path.value.id, body.value, by);
  if (!submitted.ok) return refuse(c, submitted.refusal);
  return done(c, 'Work submitted', {
    submission_id: submitted.value.submissionId,
    task_id: path.value.id,
    status: 'submitted',
    verification: { passed: true, score: null, checks: [] },
  });
}

async function mySubmission(c: Ctx, services: Services): Promise<Response> {
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const id = submissionIdOf(path.value.id, executorIdOf(c.get('agent')));
  const submission = await services.exchange.submission(id);
  if (!submission) return refuse(c, { kind: 'missing', detail: 'Submission not found' });
  return c.json(submissionBody(submission));
}

/** A submission as its own worker may see it. */
async function ownSubmission(c: Ctx, services: Services): Promise<Response> {
  const path = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!path.ok) return path.answer;
  const submission = await services.exchange.submission(path.value.id);
  if (!submission) return refuse(c, { kind: 'missing', detail: 'Submission not found' });
  if (submission.executorId !== executorIdOf(c.get('agent'))) {
    return refuse(c, { kind: 'forbidden', detail: 'Not authorized to view this submission' });
  }
  return c.json(submissionBody(submission));
}
