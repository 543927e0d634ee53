import { once } from 'node:events';
import { createServer } from 'node:http';
import * as z from 'zod';
import { ChainNode } from './node.ts';
import { answer } from './proxy.ts';
import { setUp } from './set-up.ts';

const Listening = z.object({ port: z.number() });

export interface ChainOptions {
  /** Of the JSON-RPC server on loopback. @default 0 - a free one */
  readonly port?: number;
  /** Folder of the chain's history. */
  readonly dir: string;
  /** Seconds between blocks. @default - each transaction is mined at once */
  readonly block?: number;
}

export interface LocalChain {
  /** JSON-RPC for any client. */
  readonly url: string;
  /** Of the node behind it. */
  pids(): readonly number[];
  stop(): Promise<void>;
}

/**
 * An EVM chain of our own (chain id of Base Sepolia) with test USDC at its usual address, escrow and operator, and funded wallets.
 * A transaction whose hash was answered survives SIGKILL of everything, with receipts, logs and timestamps.
 * @throws when the port is taken, the folder cannot be written, or its history belongs to other contracts
 */
export async function startChain({ port = 0, dir, block }: ChainOptions): Promise<LocalChain> {
  const node = await ChainNode.start({
    dir,
    now: () => Math.floor(Date.now() / 1000),
  });
  const server = createServer((request, response) => {
    void answer(node, request, response);
  });
  // clients end idle connections; if we did, a request might meet the end on its way
  server.keepAliveTimeout = 0;
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String(Listening.parse(server.address()).port)}`;
    await setUp(url);
    const miner = block === undefined ? undefined : mineEvery(node, block);
    return {
      url,
      pids: () => [node.pid()],
      stop: async () => {
        clearInterval(miner);
        server.close();
        server.closeAllConnections();
        await node.stop();
      },
    };
  } catch (error) {
    server.closeAllConnections();
    server.close();
    await node.stop();
    throw error;
  }
}

function mineEvery(node: ChainNode, seconds: number): NodeJS.Timeout {
  node.holdBack();
  return setInterval(() => {
    if (node.hasWaiting()) void node.mine();
  }, seconds * 1000);
}
