import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EmMarket } from '#adapters/em/em-market.ts';
import { McpWorker } from '#adapters/em/worker-mcp.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { evidence, Floor, value, verdict } from '../../support/market-floor.ts';
import { ask, openRoom, paymentFor, type Room, signerOf } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

let floor: Floor;
let strict: Room;

beforeAll(async () => {
  floor = await Floor.open();
  const paper = new PaperEscrow();
  strict = await openRoom({ chain: paper, facilitator: paper }, { requireWorkerAuth: true });
});
afterAll(async () => {
  await floor.room.close();
  await strict.close();
  expect(floor.room.broken).toEqual([]);
});

function mcpTrader(room: Pick<Room, 'url' | 'now'>, mcpUrl = `${room.url}/mcp/`) {
  const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.local);
  const options = { url: room.url, signer: signerOf(wallet), now: room.now };
  const worker = new McpWorker({ ...options, mcpUrl });
  return {
    wallet,
    address: wallet.address,
    market: new EmMarket({ ...options, network: 'base-sepolia', worker }),
  };
}

async function assignedTo(seller: ReturnType<typeof mcpTrader>, executorId: string, over = {}) {
  const task = await floor.publish(over);
  value(await seller.market.apply(task.id, { executorId, message: '' }));
  const paymentInfo = paymentFor(task, seller.address);
  const escrowTx = await floor.lock(paymentInfo);
  value(await floor.buyer.market.assign(task.id, { executorId, escrowTx, paymentInfo }));
  return task;
}

describe('the worker door over MCP', () => {
  it('carries a whole deal', async () => {
    const seller = mcpTrader(floor.room);
    const { executorId } = value(await seller.market.register('kk-seller'));
    const task = await assignedTo(seller, executorId, { skills: ['by-mcp'] });
    value(await seller.market.submit(task.id, { executorId, evidence, notes: 'all there' }));
    const [submission] = value(await floor.buyer.market.submissions(task.id));
    expect(submission).toMatchObject({ executorId, verdict: 'pending', evidence });
    value(await floor.buyer.market.approve(submission!.id, verdict));
    value(await seller.market.rateAgent(task.id, { score: 90, comment: 'paid' }));
    expect(await seller.market.rateAgent(task.id, { score: 90, comment: '' })).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    });
  });

  it('says the same again to a worker that asks twice', async () => {
    const seller = mcpTrader(floor.room);
    const { executorId } = value(await seller.market.register('kk-twice'));
    const task = await assignedTo(seller, executorId);
    // "Error: Already applied": what we hold decides, and we hold it
    expect(await seller.market.apply(task.id, { executorId, message: '' })).toMatchObject({
      ok: true,
    });
    const work = { executorId, evidence, notes: '' };
    value(await seller.market.submit(task.id, work));
    expect(await seller.market.submit(task.id, work)).toMatchObject({ ok: true });
  });

  it('refuses evidence that was not asked for, and keeps the task open for better', async () => {
    const seller = mcpTrader(floor.room);
    const { executorId } = value(await seller.market.register('kk-strict'));
    const task = await assignedTo(seller, executorId);
    const extra = { ...evidence, photo: 'ftp://nowhere' };
    const refused = await seller.market.submit(task.id, { executorId, evidence: extra, notes: '' });
    expect(refused).toMatchObject({
      ok: false,
      error: {
        kind: 'forbidden',
        reason: expect.stringContaining('Unknown evidence fields: photo') as unknown,
      },
    });
    value(await seller.market.submit(task.id, { executorId, evidence, notes: '' }));
  });

  it('gives nobody the executor of another, and nothing for a task that is not there', async () => {
    const [seller, thief] = [mcpTrader(floor.room), mcpTrader(floor.room)];
    const { executorId } = value(await seller.market.register('kk-own'));
    const task = await floor.publish();
    expect(await thief.market.apply(task.id, { executorId, message: '' })).toMatchObject({
      ok: false,
    });
    const nowhere = TaskId.parse(randomUUID());
    expect(await seller.market.apply(nowhere, { executorId, message: '' })).toMatchObject({
      ok: false,
      error: { kind: 'forbidden', reason: expect.stringContaining('not found') as unknown },
    });
  });

  it('opens to no unsigned request, whatever its method', async () => {
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await ask(floor.room, {
        method,
        path: '/mcp/',
        body: method === 'GET' ? undefined : {},
      });
      expect(answer).toMatchObject({ status: 401, json: { error: 'unauthorized' } });
    }
    const bySeller = await ask(floor.room, { path: '/mcp/', by: floor.seller });
    expect(bySeller.status).toBe(405);
  });

  it('stays open when the switch closes the REST door', async () => {
    const seller = mcpTrader(strict);
    const { executorId } = value(await seller.market.register('kk-prod'));
    const buyer = mcpTrader(strict);
    const task = value(
      await buyer.market.publish(
        {
          title: 'Raw logs',
          instructions: 'Deliver the raw logs as NDJSON.',
          bounty: 10_000n,
          deadlineHours: 1,
          skills: [],
          agentName: 'kk-buyer',
        },
        'one',
      ),
    );
    const body = { executor_id: executorId };
    const path = `/api/v1/tasks/${task.id}/apply`;
    expect(await ask(strict, { method: 'POST', path, body, by: seller })).toMatchObject({
      status: 401,
      json: { detail: 'Authorization header required (Bearer <supabase_jwt>)' },
    });
    expect(await seller.market.apply(task.id, { executorId, message: '' })).toMatchObject({
      ok: true,
    });
  });
});

describe('a server that keeps sessions, as Execution Market does', () => {
  it('is spoken to within one, and anew when it forgets', async () => {
    const sessions = new Map<string, StreamableHTTPServerTransport>();
    const methods: string[] = [];
    const server = createServer((request, response) => {
      void (async () => {
        methods.push(String(request.method));
        const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString() || '{}');
        const known = sessions.get(String(request.headers['mcp-session-id']));
        if (known) {
          await known.handleRequest(request, response, body);
          return;
        }
        if (!isInitializeRequest(body)) {
          response.writeHead(404).end('{"error":"unknown session"}');
          return;
        }
        const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => randomUUID(),
          onsessioninitialized: (id) => void sessions.set(id, transport),
        });
        const mcp = new McpServer({ name: 'em', version: '1' });
        mcp.registerTool('em_apply_to_task', { inputSchema: z.looseObject({}) }, () => ({
          content: [{ type: 'text', text: '# Application Submitted' }],
        }));
        await mcp.connect(transport);
        await transport.handleRequest(request, response, body);
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const seller = mcpTrader(floor.room, `http://127.0.0.1:${port}/mcp/`);
    const apply = () =>
      seller.market.apply(TaskId.parse(randomUUID()), { executorId: randomUUID(), message: '' });
    value(await apply());
    value(await apply());
    expect(sessions.size).toBe(1);
    sessions.clear();
    value(await apply());
    expect(sessions.size).toBe(1);
    expect(new Set(methods)).toEqual(new Set(['POST']));
    server.closeAllConnections();
    server.close();
    // nobody there any more
    expect(await apply()).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });
});
