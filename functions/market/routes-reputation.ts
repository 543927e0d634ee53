import { Hono } from 'hono';
import * as z from 'zod';
import { Address, TaskId } from '#contract/ids.ts';
import type { ExchangeTask, Executor, Rating } from '#core/exchange/task.ts';
import { type Ctx, check, type MarketVariables, refuse } from './answers.ts';
import { iso, meanScore, paymentNetwork } from './bodies.ts';
import { executorIdOf } from './ids.ts';
import type { Services } from './services.ts';

const Wallet = z.object({ wallet: Address });
const PathTask = z.object({ task_id: TaskId });

/**
 * What is known of who works here. EM names agents by their ERC-8004 id; this market keeps no registry, so its agents are named by
 * their wallet, and no wallet is registered.
 */
export function reputationRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.get('/reputation/agents/:wallet', (c) => reputation(c, services));
  app.get('/reputation/identity/wallet/:wallet', (c) => identity(c, services));
  app.get('/reputation/feedback/:task_id', (c) => feedback(c, services));
  return app;
}

async function reputation(c: Ctx, services: Services): Promise<Response> {
  const path = check(c, 'path', { schema: Wallet, value: c.req.param() });
  if (!path.ok) return path.answer;
  const executor = await services.exchange.executor(executorIdOf(path.value.wallet));
  if (!executor) return refuse(c, { kind: 'missing', detail: 'Agent not found' });
  return c.json(reputationBody(executor, services));
}

function reputationBody(executor: Executor, { network }: Services): Record<string, unknown> {
  return {
    agent_id: null,
    wallet_address: executor.wallet,
    name: executor.name ?? null,
    count: executor.ratings.count,
    score: meanScore(executor) ?? null,
    network: paymentNetwork(network),
  };
}

function identity(c: Ctx, { network }: Services): Response {
  const path = check(c, 'path', { schema: Wallet, value: c.req.param() });
  if (!path.ok) return path.answer;
  return c.json({
    status: 'not_registered',
    agent_id: null,
    wallet_address: path.value.wallet,
    network: paymentNetwork(network),
    chain_id: network.chainId,
    registry_address: null,
    error: null,
  });
}

async function feedback(c: Ctx, { exchange }: Services): Promise<Response> {
  const path = check(c, 'path', { schema: PathTask, value: c.req.param() });
  if (!path.ok) return path.answer;
  const task = await exchange.task(path.value.task_id);
  if (!task?.workerRating && !task?.agentRating) {
    return refuse(c, { kind: 'missing', detail: 'No feedback for this task' });
  }
  return c.json(feedbackBody(task));
}

function feedbackBody(task: ExchangeTask): Record<string, unknown> {
  const body = (rating: Rating | undefined) =>
    rating ? { score: rating.score, comment: rating.comment, created_at: iso(rating.at) } : null;
  return {
    task_id: task.id,
    worker_rating: body(task.workerRating),
    agent_rating: body(task.agentRating),
  };
}
