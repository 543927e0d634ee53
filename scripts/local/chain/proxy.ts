import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { ChainNode } from './node.ts';
import { type RpcReply, RpcRequest } from './rpc.ts';

// reads only: what changes the chain must be a signed transaction, for only those are in its history
const READS = /^(eth_(?!sendTransaction|sendUnsigned|sign)|net_|web3_|debug_trace|trace_)\w+$/;
const Body = z.union([RpcRequest, z.array(RpcRequest)]);

/** Answers one HTTP request with JSON-RPC 2.0, single or batch. https://www.jsonrpc.org/specification */
export async function answer(
  node: ChainNode,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  response.setHeader('content-type', 'application/json');
  if (body === undefined) {
    response.end(envelope(undefined, failure(-32700, 'The request is no JSON-RPC call.')));
    return;
  }
  if (!Array.isArray(body)) {
    response.end(envelope(body.id, await call(node, body)));
    return;
  }
  const replies: string[] = [];
  for (const one of body) replies.push(envelope(one.id, await call(node, one)));
  response.end(`[${replies.join(',')}]`);
}

async function readBody(request: IncomingMessage): Promise<z.infer<typeof Body> | undefined> {
  try {
    return Body.parse(JSON.parse(await text(request)));
  } catch {
    return undefined;
  }
}

async function call(node: ChainNode, { method, params }: RpcRequest): Promise<RpcReply> {
  try {
    switch (method) {
      case 'eth_sendRawTransaction':
        return await node.send(z.string().parse(params[0]));
      case 'evm_mine':
        return await node.mine();
      case 'evm_increaseTime':
        return await node.mine(z.coerce.number().int().nonnegative().parse(params[0]));
      default:
        if (READS.test(method)) return await node.ask(method, params);
        return failure(-32601, `This chain takes signed transactions and reads, not ${method}.`);
    }
  } catch (error) {
    return failure(-32603, error instanceof Error ? error.message : String(error));
  }
}

function failure(code: number, message: string): RpcReply {
  return { error: { code, message } };
}

function envelope(id: string | number | null | undefined, reply: RpcReply): string {
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, ...reply });
}
