import * as z from 'zod';
import type { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { type Signer, signRequest } from '../erc8128/sign.ts';

const Registered = z.object({ success: z.literal(true), agentId: z.string().regex(/^\d+$/) });

export interface RegisterOrder {
  readonly facilitatorUrl: string;
  readonly network: Network;
  /** Address of the agent's card. */
  readonly agentUri: string;
  readonly signer: Signer;
  /** Unix seconds. */
  readonly now: number;
}

/** Asks the facilitator for an ERC-8004 identity of the signer's own wallet; asking again gives the same. @throws when it gives none */
export async function registerIdentity(order: RegisterOrder): Promise<bigint> {
  const { facilitatorUrl, network, agentUri, signer, now } = order;
  const recipient: Address = signer.address;
  const body = JSON.stringify({ network: network.caip2, agentUri, recipient });
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', url: `${facilitatorUrl}/register`, headers, body };
  const signed = await signRequest(request, signer, { now });
  const response = await fetch(request.url, {
    method: 'POST',
    body,
    headers: signed,
    redirect: 'error',
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  const answer = Registered.safeParse(response.ok ? JSON.parse(text) : undefined).data;
  if (answer === undefined)
    throw new Error(
      `The facilitator registered nothing for ${recipient}: ${response.status} ${text.slice(0, 200)}`,
    );
  return BigInt(answer.agentId);
}
