import * as z from 'zod';
import { verifyRequest } from '#adapters/erc8128/verify.ts';
import { Address } from '#contract/ids.ts';
import type { Services } from './routes.ts';

/** Body of `POST /register`: the wallet gets an ERC-8004 identity whose URI is the agent's card. */
const Asked = z.object({ network: z.string(), agentUri: z.url().max(500), recipient: Address });

/** Gasless registration, for a wallet that signed the request itself (ERC-8128): our gas is not everybody's. */
export async function registerAgent(
  request: Request,
  body: unknown,
  { registrar, nonces, chain, log }: Services,
): Promise<Response> {
  const asked = Asked.safeParse(body).data;
  if (asked?.network !== chain.network.caip2)
    return failed(
      400,
      `Send {"network":"${chain.network.caip2}","agentUri":"...","recipient":"0x..."}.`,
    );
  const signed = await verifyRequest({ request, nonces });
  if (!signed.ok) return failed(401, signed.reason);
  if (signed.address !== asked.recipient) return failed(403, 'not_the_recipient');
  const { identity, tx } = await registrar.register(asked.recipient, asked.agentUri);
  const agentId = identity.agentId.toString();
  log.info('register', { agentId, owner: identity.owner, tx });
  return Response.json({
    success: true,
    network: asked.network,
    agentId,
    owner: identity.owner,
    agentUri: identity.uri,
    transaction: tx ?? '',
  });
}

function failed(status: 400 | 401 | 403, error: string): Response {
  return Response.json({ success: false, error }, { status });
}
