import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import * as z from 'zod';
import {
  AvailableQuery,
  CancelRequest,
  CreateTaskRequest,
} from '#contract/execution-market-requests.ts';
import { TaskCategory, TaskStatus } from '#contract/execution-market-words.ts';
import { isListed, opened } from '#core/exchange/listing.ts';
import { cancel, lapse } from '#core/exchange/moves.ts';
import { moved } from '#core/exchange/refusal.ts';
import type { Escrow, ExchangeTask } from '#core/exchange/task.ts';
import { type Ctx, check, done, type MarketVariables, readBody, refuse } from './answers.ts';
import { maybeSigned, signed } from './auth.ts';
import { availableBody, paymentNetwork, taskBody } from './bodies.ts';
import { refuseStranger } from './identity.ts';
import { taskIdOf } from './ids.ts';
import { ownTask, PathId } from './owning.ts';
import type { Services } from './services.ts';
import { change, touch } from './settling.ts';

/** How many tasks one listing looks at beyond its offset to fill its page. */
const MOST_LISTED = 1000;

const OwnQuery = z.object({
  status: TaskStatus.optional(),
  category: TaskCategory.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).default(0),
});
const IdempotencyKey = z.string().min(1).max(200);

/** The publisher's half of a task's beginning and end, and the readers'. */
export function taskRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.post('/tasks', signed(services), (c) => create(c, services));
  app.get('/tasks', maybeSigned(services), (c) => own(c, services));
  app.get('/tasks/available', (c) => available(c, services));
  app.get('/tasks/:id', maybeSigned(services), (c) => read(c, services));
  app.post('/tasks/:id/cancel', signed(services), (c) => withdraw(c, services));
  app.post('/tasks/batch', (c) => c.json({ detail: 'Batch creation is disabled' }, 503));
  app.post('/tasks/apply', (c) => c.json({ detail: 'Gone: use /tasks/{id}/apply' }, 410));
  app.post('/submissions', (c) => c.json({ detail: 'Gone: use /tasks/{id}/submit' }, 410));
  return app;
}

async function create(c: Ctx, services: Services): Promise<Response> {
  const { exchange, network, now, log } = services;
  const body = await readBody(c, CreateTaskRequest);
  if (!body.ok) return body.answer;
  const header = c.req.header('x-idempotency-key') ?? randomUUID();
  const key = check(c, 'body', { schema: IdempotencyKey, value: header });
  if (!key.ok) return key.answer;

  const publisher = c.get('agent');
  const id = taskIdOf(publisher, key.value);
  const market = { id, publisher, network: paymentNetwork(network), now: now() };
  const task = opened(body.value, market);
  if (!task.ok) return refuse(c, task.refusal);
  const stranger = await refuseStranger(publisher, services);
  if (stranger) return refuse(c, stranger.refusal);

  if (await exchange.create(task.value)) {
    log.info('task-created', { dealId: id, publisher, bounty: task.value.bounty.toString() });
    return c.json(taskBody(task.value, network), 201);
  }
  const before = await exchange.task(id);
  if (!before) throw new Error(`Task ${id} exists and cannot be read.`);
  return c.json(taskBody(before, network), 200, { 'x-idempotent': 'true' });
}

async function own(c: Ctx, { exchange, network, now }: Services): Promise<Response> {
  const query = check(c, 'query', { schema: OwnQuery, value: c.req.query() });
  if (!query.ok) return query.answer;
  const { status, category, limit, offset } = query.value;
  const { page, total } = await window(exchange.published(c.get('agent'), MOST_LISTED + offset), {
    limit,
    offset,
    // the answer shows a lapsed task as expired: so must the filter
    keep: (task) =>
      (status === undefined || lapse(task, now()).status === status) &&
      (category === undefined || task.category === category),
  });
  return c.json({
    tasks: page.map((task) => taskBody(lapse(task, now()), network)),
    total,
    count: page.length,
    offset,
    has_more: offset + page.length < total,
  });
}

async function available(c: Ctx, { exchange, network, now }: Services): Promise<Response> {
  const query = check(c, 'query', { schema: AvailableQuery, value: c.req.query() });
  if (!query.ok) return query.answer;
  const { limit, offset, ...filters } = query.value;
  const skill = query.value.skills?.split(',').find((one) => one.trim() !== '');
  const open = exchange.open({ skill: skill?.trim(), most: MOST_LISTED + offset });
  const { page, total } = await window(open, {
    limit,
    offset,
    keep: (task) => isListed(task, query.value, now()),
  });
  c.header('x-total-count', String(total));
  const link = nextLink(c, { limit, offset, total });
  if (link) c.header('link', link);
  return c.json({
    tasks: page.map((task) => availableBody(task, network)),
    count: page.length,
    offset,
    filters_applied: filters,
  });
}

/** RFC 8288. */
function nextLink(
  c: Ctx,
  {
    limit,
    offset,
    total,
  }: { readonly limit: number; readonly offset: number; readonly total: number },
): string | undefined {
  if (offset + limit >= total) return undefined;
  const url = new URL(c.req.url);
  url.searchParams.set('offset', String(offset + limit));
  return `<${url.pathname}${url.search}>; rel="next"`;
}

/**
 * A page, and whether there is more: the total counts no further than the first task beyond the page, so that a listing costs the
 * same however many tasks there are.
 */
async function window(
  tasks: AsyncIterable<ExchangeTask>,
  wanted: {
    readonly limit: number;
    readonly offset: number;
    readonly keep: (task: ExchangeTask) => boolean;
  },
): Promise<{ readonly page: readonly ExchangeTask[]; readonly total: number }> {
  const page: ExchangeTask[] = [];
  let total = 0;
  for await (const task of tasks) {
    if (!wanted.keep(task)) continue;
    if (total >= wanted.offset && page.length < wanted.limit) page.push(task);
    total += 1;
    if (total > wanted.offset + wanted.limit) break;
  }
  return { page, total };
}

/** Open to all while it is on the market; then to its publisher, and to the worker that it was given to. */
async function read(c: Ctx, services: Services): Promise<Response> {
  const id = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!id.ok) return id.answer;
  const task = await touch(id.value.id, services);
  if (!task) return refuse(c, { kind: 'missing', detail: 'Task not found' });
  const readers = [task.publisher, task.executor?.wallet];
  if (task.status !== 'published' && !readers.includes(c.get('agent'))) {
    return refuse(c, { kind: 'forbidden', detail: 'Not authorized to view this task' });
  }
  return c.json(taskBody(task, services.network));
}

async function withdraw(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, CancelRequest);
  if (!body.ok) return body.answer;
  const task = await ownTask(c, services);
  if (!task.ok) return task.answer;

  const cancelled = await change(task.value.id, services, (newest) => {
    if (newest.status === 'cancelled') return moved({ task: newest });
    const after = cancel(newest, body.value.reason ?? undefined);
    return after.ok ? moved({ task: after.value }) : after;
  });
  if (!cancelled.ok) return refuse(c, cancelled.refusal);
  services.log.info('cancelled', { dealId: task.value.id });
  const escrow = (await touch(task.value.id, services))?.escrows.at(-1);
  return done(c, 'Task cancelled', {
    task_id: task.value.id,
    escrow: { status: refundStatus(escrow), tx_hash: escrow?.closeTx ?? null },
  });
}

/** EM's words; a refund that failed now is tried again by whoever touches the task next. */
function refundStatus(escrow: Escrow | undefined): string {
  if (escrow === undefined) return 'no_escrow_locked';
  return escrow.status === 'refunded' ? 'refunded' : 'refund_manual_required';
}
