import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { PaymentInfo } from '#contract/escrow.ts';
import { paymentInfoBody } from '#contract/execution-market.ts';
import { Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Draft } from './operations.ts';
import type { Actor, Asked, KnownTask, Target } from './world.ts';

const network = NETWORKS.local;
const WEEK_SECONDS = 7 * 86_400;
const NOBODY = '11111111-2222-4333-8444-555555555555';
/** Only so many of the newest tasks are talked about, so that deals get on. */
const TALKED_ABOUT = 3;

const Members = z.record(z.string(), z.unknown());

/** What one draft says of the market as it is known by now. */
export interface Drawn {
  readonly asked: Asked;
  readonly task: KnownTask | undefined;
  readonly by: Actor;
}

export async function drawn(
  draft: Draft,
  {
    actors,
    tasks,
    target,
  }: {
    readonly actors: readonly Actor[];
    readonly tasks: readonly KnownTask[];
    readonly target: Target;
  },
): Promise<Drawn | undefined> {
  const task = draft.isSteered ? tasks.at(-1 - (draft.choice % TALKED_ABOUT)) : undefined;
  const by = whoAsks(draft, task, actors);
  if (!by) return undefined;
  const body: unknown = await bodyOf(draft, { task, by, target });
  const { method, tool } = draft.operation;
  const key = draft.isSteered ? randomBytes(6).toString('hex') : draft.choice % 97;
  const asked: Asked = {
    method,
    url: urlOf(draft, task, target),
    by,
    headers: {
      accept: 'application/json, text/event-stream',
      'x-idempotency-key': `fuzz-${key}`,
    },
    body:
      body === undefined ? undefined : JSON.stringify(tool === undefined ? body : call(tool, body)),
  };
  return { asked, task, by };
}

function urlOf({ operation, query }: Draft, task: KnownTask | undefined, target: Target): string {
  const { path, tool } = operation;
  const submission = task && [...task.submissions].at(-1);
  const place = path
    .replace(':task', task?.id ?? NOBODY)
    .replace(':submission', submission ?? NOBODY);
  return `${target.marketUrl}${tool === undefined ? '/api/v1' : ''}${place}${queryOf(query)}`;
}

function call(name: string, args: unknown): object {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
}

function queryOf(query: unknown): string {
  const members = Object.entries(Members.safeParse(query).data ?? {});
  if (members.length === 0) return '';
  const texts = new URLSearchParams();
  for (const [name, value] of members)
    texts.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return `?${texts.toString()}`;
}

function whoAsks(
  { operation, choice, isStranger }: Draft,
  task: KnownTask | undefined,
  actors: readonly Actor[],
): Actor | undefined {
  const anyone = actors[choice % actors.length];
  if (isStranger || !task) return anyone;
  if (operation.by === 'publisher') return operation.path === '/tasks' ? anyone : task.publisher;
  return task.worker ?? actors.filter((one) => one !== task.publisher)[choice % 2];
}

/** The body, with names of what exists in place of made-up ones. */
async function bodyOf(
  { operation, body, choice, isSteered }: Draft,
  about: { readonly task: KnownTask | undefined; readonly by: Actor; readonly target: Target },
): Promise<unknown> {
  const members = Members.safeParse(body);
  if (!isSteered || !members.success) return body;
  const { task, by } = about;
  const known: Record<string, unknown> = {
    executor_id: by.executorId,
    wallet_address: by.wallet.address,
    payment_network: 'base-sepolia',
    payment_token: 'USDC',
    bounty_usd: 0.01 + (choice % 3) / 100,
    evidence_required: ['json_response'],
    deadline_hours: 1 + (choice % 48),
    min_reputation: 0,
    target_executor: 'agent',
    ...(task && { task_id: task.id, worker_address: task.worker?.wallet.address ?? null }),
    ...(operation.path.endsWith('submit') && { evidence: { json_response: { records: choice } } }),
    ...(operation.path.endsWith('assign') && task && (await offerOf(task, choice, about.target))),
  };
  return steered(members.data, known, operation.path.endsWith('assign'));
}

/** Known members take the place of drawn ones, in the body or in its `params`. */
function steered(
  members: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, unknown>>,
  isAdded: boolean,
): Record<string, unknown> {
  const changed = Object.entries(members).map(([name, value]): [string, unknown] => {
    const inner = name === 'params' ? Members.safeParse(value) : undefined;
    if (inner?.success) return [name, steered(inner.data, known, false)];
    return [name, name in known ? known[name] : value];
  });
  const { executor_id, escrow_tx, payment_info } = known;
  return Object.fromEntries([
    ...changed,
    ...(isAdded && escrow_tx !== undefined
      ? Object.entries({ executor_id, escrow_tx, payment_info })
      : []),
  ]);
}

/** A real lock for an applicant of the task, the same until it is taken. */
async function offerOf(task: KnownTask, choice: number, target: Target) {
  const worker = task.applicants[choice % Math.max(1, task.applicants.length)];
  if (task.status !== 'published' || !worker) return {};
  if (!task.offer) {
    const info = termsOf(task, worker);
    const tx = await target.lock(info, task.publisher.wallet);
    if (tx === undefined) return {};
    task.offer = { worker, lock: { tx, info } };
  }
  const { lock } = task.offer;
  return {
    executor_id: task.offer.worker.executorId,
    escrow_tx: lock.tx,
    payment_info: paymentInfoBody(lock.info),
  };
}

function termsOf({ publisher, deadline, bounty }: KnownTask, worker: Actor): PaymentInfo {
  const end = Math.ceil(deadline.getTime() / 1000);
  return {
    operator: network.operator,
    payer: publisher.wallet.address,
    receiver: worker.wallet.address,
    token: network.usdc,
    maxAmount: bounty,
    preApprovalExpiry: end,
    authorizationExpiry: end + WEEK_SECONDS,
    refundExpiry: end + 2 * WEEK_SECONDS,
    minFeeBps: 0,
    maxFeeBps: 1800,
    feeReceiver: network.operator,
    salt: Hex.parse(`0x${randomBytes(32).toString('hex')}`),
  };
}
