import { Hono } from 'hono';
import { RateAgentRequest, RateWorkerRequest } from '#contract/execution-market-requests.ts';
import { Address, TaskId } from '#contract/ids.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import type { ExchangeTask, Rating } from '#core/exchange/task.ts';
import type { ExchangeChange } from '#core/ports/exchange.ts';
import type { Feedback } from '#core/ports/feedbacks.ts';
import { type Ctx, type MarketVariables, readBody, refuse } from './answers.ts';
import { signed, signedWorker } from './auth.ts';
import { paymentNetwork } from './bodies.ts';
import { type OnChain, sayOnChain } from './saying.ts';
import type { Services } from './services.ts';
import { change, touch } from './settling.ts';

interface RatingOrder {
  readonly taskId: string;
  /** In which part it is rated. */
  readonly as: Feedback['as'];
  readonly decide: (task: ExchangeTask) => Moved<ExchangeChange>;
}

type Rated = OnChain & { readonly task: ExchangeTask };

/** Each side rates the other once, after the work was paid. */
export function ratingRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.post('/reputation/workers/rate', signed(services), (c) => rateWorker(c, services));
  app.post('/reputation/agents/rate', signedWorker(services), (c) => rateAgent(c, services));
  return app;
}

async function rateWorker(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RateWorkerRequest);
  if (!body.ok) return body.answer;
  const { worker_address: worker } = body.value;
  const agent = c.get('agent');
  const rated = await rate(services, {
    taskId: body.value.task_id,
    as: 'worker',
    decide: (task) => {
      if (task.publisher !== agent)
        return refused('forbidden', 'You are not the publisher of this task');
      if (worker && task.executor?.wallet !== Address.parse(worker)) {
        return refused('forbidden', 'This worker did not work on the task');
      }
      if (task.workerRating) return refused('conflict', 'Worker already rated for this task');
      const workerRating = ratingOf(body.value, services);
      return moved({
        task: { ...task, workerRating },
        rating: task.executor && { executorId: task.executor.id, score: body.value.score },
      });
    },
  });
  return answered(c, rated, services);
}

async function rateAgent(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RateAgentRequest);
  if (!body.ok) return body.answer;
  return answered(c, await rateAgentBy(c.get('agent'), body.value, services), services);
}

/** A worker's word on the publisher it worked for. */
export function rateAgentBy(
  worker: Address,
  given: {
    readonly task_id: string;
    readonly score: number;
    readonly comment?: string | null | undefined;
  },
  services: Services,
): Promise<Moved<Rated>> {
  return rate(services, {
    taskId: given.task_id,
    as: 'publisher',
    decide: (task) => {
      if (task.executor?.wallet !== worker)
        return refused('forbidden', 'You did not work on this task');
      if (task.agentRating) return refused('conflict', 'Agent already rated for this task');
      return moved({ task: { ...task, agentRating: ratingOf(given, services) } });
    },
  });
}

function ratingOf(
  { score, comment }: { readonly score: number; readonly comment?: string | null | undefined },
  { now }: Services,
): Rating {
  return { score, comment: comment ?? '', at: now() };
}

/** Said on chain before it is written down: a rating that is written is never without its feedback. */
async function rate(
  services: Services,
  { taskId, as, decide }: RatingOrder,
): Promise<Moved<Rated>> {
  // who may not rate learns nothing of the task's state
  const decideAll = (task: ExchangeTask) => andCompleted(decide(task), task);
  const id = TaskId.parse(taskId);
  const task = await touch(id, services);
  if (!task) return refused('missing', `Task ${id} not found`);
  const decided = decideAll(task);
  if (!decided.ok) return decided;
  const said = await sayOnChain(decided.value.task, as, services);
  const changed = await change(id, services, decideAll);
  return changed.ok ? moved({ task: changed.value, ...said }) : changed;
}

function answered(c: Ctx, rated: Moved<Rated>, { network }: Services): Response {
  if (!rated.ok) return refuse(c, rated.refusal);
  return c.json({
    success: true,
    transaction_hash: rated.value.tx ?? null,
    feedback_index: null,
    network: paymentNetwork(network),
    error: rated.value.error ?? null,
  });
}

function andCompleted(decision: Moved<ExchangeChange>, task: ExchangeTask): Moved<ExchangeChange> {
  if (!decision.ok || task.status === 'completed') return decision;
  return refused('conflict', `Task is ${task.status}: rate after completion`);
}
