import { createHash } from 'node:crypto';
import type { X402Payment } from '#contract/x402.ts';

/** Id of the verdict that a payment buys: the same payment is the same verdict. */
export function verdictIdOf({ network, asset, from, nonce }: X402Payment): string {
  const payment = `${network}#${asset}#${from}#${nonce}`;
  return createHash('sha256').update(payment).digest('hex').slice(0, 32);
}
