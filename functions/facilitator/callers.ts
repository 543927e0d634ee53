import { verifyRequest } from '#adapters/erc8128/verify.ts';
import type { Services } from './routes.ts';

/** Only the market's own signature moves money out of an escrow, or says on chain what became of a deal. */
export async function refuseCaller(
  request: Request,
  { nonces, market }: Pick<Services, 'nonces' | 'market'>,
): Promise<{ readonly status: 401 | 403; readonly reason: string } | undefined> {
  const signed = await verifyRequest({ request, nonces });
  if (!signed.ok) return { status: 401, reason: signed.reason };
  return signed.address === market ? undefined : { status: 403, reason: 'not_the_market' };
}
