import { explain } from '../cloud/cannot-start.ts';
import { listen } from '../cloud/http.ts';
import { ChainNode } from './node.ts';
import { answer } from './proxy.ts';
import { setUp } from './set-up.ts';

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
 * @throws CannotStart when the port is taken, the folder cannot be written, or its history is damaged or of another token
 */
export async function startChain({ port = 0, dir, block }: ChainOptions): Promise<LocalChain> {
  const node = await startNode(dir);
  try {
    const server = await listen((request, response) => void answer(node, request, response), port);
    await setUp(server.url);
    const miner = block === undefined ? undefined : mineEvery(node, block);
    return {
      url: server.url,
      pids: () => [node.pid()],
      stop: async () => {
        clearInterval(miner);
        await server.close();
        await node.stop();
      },
    };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

async function startNode(dir: string): Promise<ChainNode> {
  try {
    return await ChainNode.start({ dir, now: () => Math.floor(Date.now() / 1000) });
  } catch (error) {
    throw explain(error, `The chain's folder ${dir}`);
  }
}

function mineEvery(node: ChainNode, seconds: number): NodeJS.Timeout {
  node.holdBack();
  return setInterval(() => {
    if (node.hasWaiting()) void node.mine();
  }, seconds * 1000);
}
