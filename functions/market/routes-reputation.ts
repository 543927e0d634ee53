import { Hono } from 'hono';
import * as z from 'zod';
import { Address, TaskId } from '#contract/ids.ts';
import type { ExchangeTask, Executor, Rating } from '#core/exchange/task.ts';
import { type Ctx, check, type MarketVariables, refuse } from './answers.ts';
import { iso, meanScore, paymentNetwork } from './bodies.ts';
import { registered } from './identity.ts';
import { executorIdOf } from './ids.ts';
import type { Services } from './services.ts';

const Wallet = z.object({ wallet: Address });
/** An ERC-8004 id as EM has it, or a wallet. */
const Named = z.object({
  agent: z.union([
    z
      .string()
      .regex(/^\d{1,78}$/)
      .transform(BigInt),
    Address,
  ]),
});
const PathTask = z.object({ task_id: TaskId });

/** What is known of who works here, by wallet or by ERC-8004 id, and what the registry says of a wallet. */
export function reputationRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.get('/reputation/agents/:agent', (c) => reputation(c, services));
  app.get('/reputation/identity/wallet/:wallet', (c) => identity(c, services));
  app.get('/reputation/feedback/:task_id', (c) => feedback(c, services));
  return app;
}

async function reputation(c: Ctx, services: Services): Promise<Response> {
  const path = check(c, 'path', { schema: Named, value: c.req.param() });
  if (!path.ok) return path.answer;
  const { agent } = path.value;
  const wallet = typeof agent === 'bigint' ? await services.registries?.ownerOf(agent) : agent;
  const executor = wallet && (await services.exchange.executor(executorIdOf(wallet)));
  if (!executor) return refuse(c, { kind: 'missing', detail: 'Agent not found' });
  const id = typeof agent === 'bigint' ? agent : (await registered(wallet, services)).agentId;
  return c.json(reputationBody(executor, id, services));
}

function reputationBody(
  executor: Executor,
  agentId: bigint | undefined,
  { network }: Services,
): Record<string, unknown> {
  return {
    agent_id: agentId === undefined ? null : Number(agentId),
    wallet_address: executor.wallet,
    name: executor.name ?? null,
    count: executor.ratings.count,
    score: meanScore(executor) ?? null,
    network: paymentNetwork(network),
  };
}

async function identity(c: Ctx, services: Services): Promise<Response> {
  const path = check(c, 'path', { schema: Wallet, value: c.req.param() });
  if (!path.ok) return path.answer;
  const { network } = services;
  const { status, agentId, error } = await registered(path.value.wallet, services);
  return c.json({
    status,
    agent_id: agentId === undefined ? null : Number(agentId),
    wallet_address: path.value.wallet,
    network: paymentNetwork(network),
    chain_id: network.chainId,
    registry_address: network.identity,
    error: error ?? null,
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
