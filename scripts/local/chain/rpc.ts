import * as z from 'zod';

const RpcError = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() });
type RpcError = z.infer<typeof RpcError>;

/** One JSON-RPC 2.0 call. */
export const RpcRequest = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
export type RpcRequest = z.infer<typeof RpcRequest>;

export const RpcReply = z.union([z.object({ error: RpcError }), z.object({ result: z.unknown() })]);
/** What a node answers to one call, without the envelope. */
export type RpcReply = { readonly error: RpcError } | { readonly result: unknown };

/** Asks a node; an error of the node is an answer. @throws when the node cannot be reached */
export async function ask(
  url: string,
  method: string,
  params: readonly unknown[],
): Promise<RpcReply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return RpcReply.parse(await response.json());
}

/** Asks a node for something that it must not refuse. */
export async function demand(
  url: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const reply = await ask(url, method, params);
  if ('error' in reply) throw new Error(`The chain refused ${method}: ${reply.error.message}`);
  return reply.result;
}
