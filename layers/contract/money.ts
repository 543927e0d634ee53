import * as z from 'zod';

/** Micro-USDC as a string of decimal digits on the wire, bigint inside (1 USDC = 1,000,000). */
export const Micro = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (micro) => micro.toString(),
});

/**
 * Decimal USDC text, exact: `1230000n` is `"1.23"`, `-500n` is `"-0.0005"`.
 * Never passes through a float.
 */
export function formatUsdc(micro: bigint): string {
  const sign = micro < 0n ? '-' : '';
  const digits = (micro < 0n ? -micro : micro).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return sign + digits.slice(0, -6) + (fraction === '' ? '' : `.${fraction}`);
}

/** Reads decimal USDC (`"0.05"`, at most six decimals) as micro-USDC; undefined when it is no such number. */
export function parseUsdc(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const micro = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(6, '0'));
  return match[1] === '-' ? -micro : micro;
}

/** Execution Market speaks USD as JSON numbers: six decimals survive the way there and back. */
export const UsdNumber = z.number().transform((usd) => BigInt(Math.round(usd * 1_000_000)));

/** The number that Execution Market wants for an amount. */
export function toUsdNumber(micro: bigint): number {
  return Number(micro) / 1_000_000;
}

/** Share of a bounty that the operator keeps, in basis points (13 %), taken out of the bounty on chain. */
export const FEE_BPS = 1300n;

/** Fee and net of a bounty; units floor, so 10,000 is 8,700 + 1,300. */
export function splitBounty(bounty: bigint): { readonly net: bigint; readonly fee: bigint } {
  const fee = (bounty * FEE_BPS) / 10_000n;
  return { net: bounty - fee, fee };
}
