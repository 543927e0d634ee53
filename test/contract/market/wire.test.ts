import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { McpWorker } from '#adapters/em/worker-mcp.ts';
import { signRequest } from '#adapters/erc8128/sign.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { paymentInfoBody } from '#contract/execution-market.ts';
import type { TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { marketApp } from '../../../functions/market/app.ts';
import { areModelsThere, flawIn } from '../../support/em-models.ts';
import { evidence, Floor, value } from '../../support/market-floor.ts';
import { paymentFor, signerOf } from '../../support/market-room.ts';

/** Execution Market's models of what each door takes and answers; `none` where it has none. */
const DOORS: readonly (readonly [door: string, takes: string, answers: string])[] = [
  ['GET /health', 'none', 'none'],
  ['GET /api/v1/health', 'none', 'none'],
  ['GET /api/v1/version', 'none', 'none'],
  ['GET /api/v1/config', 'none', 'PublicConfigResponse'],
  ['GET /api/v1/h2a/payment-config', 'none', 'none'],
  ['GET /api/v1/auth/erc8128/info', 'none', 'none'],
  ['GET /api/v1/auth/erc8128/nonce', 'none', 'none'],
  ['POST /api/v1/tasks', 'CreateTaskRequest', 'TaskResponse'],
  ['GET /api/v1/tasks', 'none', 'TaskListResponse'],
  ['GET /api/v1/tasks/available', 'none', 'AvailableTasksResponse'],
  ['GET /api/v1/tasks/:id', 'none', 'TaskResponse'],
  ['POST /api/v1/tasks/:id/cancel', 'CancelRequest', 'SuccessResponse'],
  ['GET /api/v1/tasks/:id/applications', 'none', 'ApplicationListResponse'],
  ['POST /api/v1/tasks/:id/apply', 'WorkerApplicationRequest', 'SuccessResponse'],
  ['POST /api/v1/tasks/:id/assign', 'WorkerAssignRequest', 'SuccessResponse'],
  ['PATCH /api/v1/tasks/:id/escrow', 'UpdateEscrowMetadataRequest', 'SuccessResponse'],
  ['POST /api/v1/tasks/:id/submit', 'WorkerSubmissionRequest', 'SuccessResponse'],
  ['GET /api/v1/tasks/:id/submissions', 'none', 'SubmissionListResponse'],
  ['GET /api/v1/tasks/:id/payment', 'none', 'TaskPaymentResponse'],
  ['GET /api/v1/tasks/:id/transactions', 'none', 'TaskTransactionsResponse'],
  ['POST /api/v1/submissions/:id/approve', 'ApprovalRequest', 'SuccessResponse'],
  ['POST /api/v1/submissions/:id/reject', 'RejectionRequest', 'SuccessResponse'],
  ['POST /api/v1/submissions/:id/request-more-info', 'RequestMoreInfoRequest', 'SuccessResponse'],
  ['GET /api/v1/submissions/:id', 'none', 'SubmissionResponse'],
  ['GET /api/v1/workers/tasks/:id/my-submission', 'none', 'SubmissionResponse'],
  ['POST /api/v1/workers/register', 'WorkerRegisterRequest', 'SuccessResponse'],
  ['POST /api/v1/executors/register', 'none', 'none'],
  ['POST /api/v1/reputation/workers/rate', 'none', 'none'],
  ['POST /api/v1/reputation/agents/rate', 'none', 'none'],
  ['GET /api/v1/reputation/agents/:agent', 'none', 'none'],
  ['GET /api/v1/reputation/identity/wallet/:wallet', 'none', 'IdentityCheckResponse'],
  ['GET /api/v1/reputation/feedback/:task_id', 'none', 'none'],
  ['POST /mcp/', 'none', 'none'],
];
/** Doors that only say that they are closed. */
const CLOSED = [
  'GET /api/v1/escrow/config',
  'GET /api/v1/escrow/balance',
  'GET /api/v1/escrow/deposits',
  'POST /api/v1/escrow/release',
  'POST /api/v1/tasks/apply',
  'POST /api/v1/tasks/batch',
  'POST /api/v1/submissions',
];
const TOOLS: Readonly<Record<string, string>> = {
  em_apply_to_task: 'ApplyToTaskInput',
  em_submit_work: 'SubmitWorkInput',
  em_get_my_tasks: 'GetMyTasksInput',
  em_rate_agent: 'RateAgentInput',
};

const ToolCall = z.object({
  method: z.literal('tools/call'),
  params: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
});

/** What went over the wire, held to the models as it goes. */
class Tap {
  readonly doors = new Set<string>();
  readonly tools = new Set<string>();
  readonly flaws: string[] = [];

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const method = init?.method ?? 'GET';
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const door = DOORS.find(([named]) => patternOf(named).test(`${method} ${pathname}`));
    const response = await globalThis.fetch(input, init);
    if (!door) {
      this.flaws.push(`no such door: ${method} ${pathname}`);
      return response;
    }
    const [named, takes, answers] = door;
    this.doors.add(named);
    const body: unknown = init?.body ? JSON.parse(Buffer.from(init.body as Buffer).toString()) : {};
    this.#note(takes, body, named);
    if (pathname === '/mcp/') this.#noteTool(body);
    if (response.ok && answers !== 'none')
      this.#note(answers, await response.clone().json(), named);
    return response;
  };

  #noteTool(body: unknown): void {
    const call = ToolCall.safeParse(body).data?.params;
    if (!call) return;
    this.tools.add(call.name);
    const { params = call.arguments } = call.arguments;
    this.#note(TOOLS[call.name] ?? `(no tool ${call.name})`, params, '/mcp/');
  }

  #note(model: string, seen: unknown, door: string): void {
    const flaw = model === 'none' ? undefined : flawIn(model, seen);
    if (flaw !== undefined) this.flaws.push(`${door}: ${flaw}`);
  }
}

function patternOf(door: string): RegExp {
  const text = door.replaceAll(/:\w+/g, '[0-9a-fx-]+').replaceAll('/', String.raw`\/`);
  return new RegExp(`^${text}$`);
}

let floor: Floor;
beforeAll(async () => {
  floor = await Floor.open();
});
afterAll(async () => {
  await floor.room.close();
  expect(floor.room.broken).toEqual([]);
});

function tapped(tap: Tap, door: 'rest' | 'mcp') {
  const { room } = floor;
  const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.local);
  const options = {
    url: room.url,
    signer: signerOf(wallet),
    now: () => room.now(),
    fetch: tap.fetch,
  };
  const worker =
    door === 'mcp' ? new McpWorker({ ...options, mcpUrl: `${room.url}/mcp/` }) : undefined;
  return {
    address: wallet.address,
    market: new EmMarket({ ...options, network: 'base-sepolia', ...(worker && { worker }) }),
    operator: new EmOperator(options),
    get: async (path: string) => {
      const url = `${room.url}/api/v1${path}`;
      const now = Math.floor(room.now().getTime() / 1000);
      const headers = await signRequest({ method: 'GET', url }, options.signer, { now });
      return (await tap.fetch(url, { headers })).status;
    },
  };
}
type Tapped = ReturnType<typeof tapped>;

const REQUEST = {
  title: '[KK Request] Raw logs',
  instructions: 'Deliver the raw logs as NDJSON, with their sha256.',
  bounty: 180_000n,
  deadlineHours: 24,
  skills: ['raw_logs'],
  agentName: 'kk-buyer',
};

/** A deal that is sent back in every way there is, paid and rated, with every look that anyone takes at it. */
async function wholeDeal(buyer: Tapped, seller: Tapped): Promise<TaskId> {
  const task = value(await buyer.market.publish(REQUEST, seller.address));
  const { executorId } = value(await seller.market.register('kk-seller'));
  value(await seller.market.apply(task.id, { executorId, message: 'I have them' }));
  value(await buyer.market.applications(task.id));
  const paymentInfo = paymentFor(task, seller.address);
  const escrowTx = await floor.lock(paymentInfo);
  value(await buyer.market.assign(task.id, { executorId, escrowTx, paymentInfo }));
  const terms = { escrow_tx: escrowTx, payment_info: paymentInfoBody(paymentInfo) };
  value(await buyer.operator.updateEscrow(task.id, terms));

  const work = { executorId, evidence, notes: 'all of them' };
  const handIn = async () => {
    value(await seller.market.submit(task.id, work));
    return value(await buyer.market.submissions(task.id))[0]!.id;
  };
  value(await buyer.market.requestMoreInfo(await handIn(), 'Which days are these?'));
  const notes = 'Twelve records are missing.';
  value(await buyer.market.reject(await handIn(), { severity: 'minor', notes }));
  const submissionId = await handIn();
  for (const path of [`/submissions/${submissionId}`, `/workers/tasks/${task.id}/my-submission`])
    expect(await seller.get(path)).toBe(200);
  value(await buyer.market.approve(submissionId, { score: 90, notes: 'as promised' }));
  const rating = { score: 95, comment: 'complete' };
  value(await buyer.market.rateWorker(task.id, { worker: seller.address, ...rating }));
  value(await seller.market.rateAgent(task.id, rating));
  return task.id;
}

async function looks({ market, operator }: Tapped, id: TaskId): Promise<void> {
  const page = { limit: 5, offset: 0 };
  expect(await market.isHealthy()).toBe(true);
  const answers = [
    await operator.config(),
    await operator.paymentConfig(),
    await operator.available(page),
    await operator.own(page),
    await operator.payment(id),
    await operator.transactions(id),
    await market.task(id),
    await market.available({ skill: 'raw_logs', limit: 5 }),
  ];
  expect(answers.filter(({ ok }) => !ok)).toEqual([]);
}

describe('every door of our market', () => {
  it('is held to a model of Execution Market, or known to have none', () => {
    const { routes } = marketApp(floor.room.services);
    const open = routes.filter(({ method }) => method !== 'ALL');
    const known = new Set([...DOORS.map(([door]) => door), ...CLOSED]);
    const named = new Set(open.map(({ method, path }) => `${method} ${path}`));
    expect([...named].filter((door) => !known.has(door))).toEqual([]);
    expect([...known].filter((door) => !named.has(door))).toEqual([]);
  });
});

describe.skipIf(!areModelsThere)(
  "what goes over the wire is what Execution Market's models say",
  () => {
    it.each(['rest', 'mcp'] as const)('through a whole deal, worked by %s', async (door) => {
      const tap = new Tap();
      const [buyer, seller] = [tapped(tap, 'rest'), tapped(tap, door)];
      const id = await wholeDeal(buyer, seller);
      await looks(buyer, id);
      const second = value(await buyer.market.publish(REQUEST, `second-${door}`));
      value(await buyer.market.cancel(second.id, 'no longer wanted'));
      const { executorId } = value(await seller.market.register('kk-seller'));
      // over MCP it looks: it has applied
      const again = await seller.market.apply(id, { executorId, message: '' });
      expect(again.ok).toBe(door === 'mcp');
      for (const path of [
        `/reputation/identity/wallet/${seller.address}`,
        `/reputation/agents/${seller.address}`,
        `/reputation/feedback/${id}`,
      ])
        expect(await buyer.get(path)).toBe(200);

      expect(tap.flaws).toEqual([]);
      expect([...tap.tools].sort()).toEqual(door === 'mcp' ? Object.keys(TOOLS).sort() : []);
      // any random nonce will do: the endpoint has five a minute for a whole swarm
      expect([...tap.doors].filter((one) => one.includes('nonce'))).toEqual([]);
      expect(tap.doors.size).toBeGreaterThanOrEqual(22);
    });
  },
);
