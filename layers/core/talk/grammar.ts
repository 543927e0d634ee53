import { formatUsdc, parseUsdc } from '#contract/money.ts';
import { byteLength, cutBytes, oneLine } from './text.ts';

/** Longest line we say, in bytes of UTF-8. */
export const MAX_LINE_BYTES = 400;

const MAX_PRODUCT_BYTES = 60;
const MAX_NICK_BYTES = 40;
const MAX_TX_BYTES = 66;

/**
 * What the swarm says in public, one line each:
 * `HAVE: <product> | $<price> | <detail>` · `NEED: <product> | $<budget> | <detail>` ·
 * `DEAL: <buyer> <-> <seller> | <product> | $<price> | <tx> | <detail>` · `VERIFIED: <text>` · `COORD: <text>` · `STATUS: <text>`.
 * Prices and budgets are micro-USDC here and decimal USDC in the line. A detail and a tx may be empty, and what is empty at the end is left out.
 */
export type Utterance =
  | Offer
  | {
      readonly kind: 'deal';
      readonly buyer: string;
      readonly seller: string;
      readonly product: string;
      readonly price: bigint;
      readonly tx: string;
      readonly detail: string;
    }
  | { readonly kind: 'verified' | 'coord' | 'status'; readonly text: string };

interface Offer {
  readonly kind: 'have' | 'need';
  readonly product: string;
  readonly price: bigint;
  readonly detail: string;
}

/** The line for an utterance: one line of at most {@link MAX_LINE_BYTES}, whatever the fields hold. Only details and texts are ever cut short. */
export function formatUtterance(utterance: Utterance): string {
  const start = `${utterance.kind.toUpperCase()}: `;
  switch (utterance.kind) {
    case 'have':
    case 'need': {
      const product = field(utterance.product, MAX_PRODUCT_BYTES);
      const fixed = `${start}${product} | $${formatUsdc(utterance.price)}`;
      return withDetail(fixed, utterance.detail);
    }
    case 'deal': {
      const pair = `${party(utterance.buyer)} <-> ${party(utterance.seller)}`;
      const product = field(utterance.product, MAX_PRODUCT_BYTES);
      const tx = field(utterance.tx, MAX_TX_BYTES);
      const fixed = `${start}${pair} | ${product} | $${formatUsdc(utterance.price)}`;
      const hasMore = tx !== '' || utterance.detail !== '';
      return hasMore ? withDetail(`${fixed} | ${tx}`, utterance.detail) : fixed;
    }
    case 'verified':
    case 'coord':
    case 'status':
      return (start + cutBytes(oneLine(utterance.text), MAX_LINE_BYTES - start.length)).trimEnd();
  }
}

function withDetail(fixed: string, text: string): string {
  const detail = cutBytes(oneLine(text), MAX_LINE_BYTES - byteLength(fixed) - 3);
  return detail === '' ? fixed : `${fixed} | ${detail}`;
}

/** Reads a line that follows the grammar, in any case, with or without `$` and `USDC`; undefined for everything else. Never throws. */
export function parseUtterance(line: string): Utterance | undefined {
  const match = /^(HAVE|NEED|WANT|DEAL|VERIFIED|COORD|STATUS):(.*)$/i.exec(oneLine(line));
  if (match === null) return undefined;
  const body = (match[2] ?? '').trim();
  switch (match[1]?.toUpperCase()) {
    case 'HAVE':
      return parseOffer('have', body);
    case 'NEED':
    case 'WANT':
      return parseOffer('need', body);
    case 'DEAL':
      return parseDeal(body);
    case 'VERIFIED':
      return { kind: 'verified', text: body };
    case 'COORD':
      return { kind: 'coord', text: body };
    default:
      return { kind: 'status', text: body };
  }
}

/** Whether a line is one that agents say by themselves; nobody answers those. */
export function isAutomatic(line: string): boolean {
  return /^\s*(HAVE|NEED|WANT|DEAL|VERIFIED|COORD|STATUS):/i.test(line);
}

function parseOffer(kind: 'have' | 'need', body: string): Offer | undefined {
  const [product = '', money = '', ...rest] = body.split('|');
  const price = readPrice(money);
  if (product.trim() === '' || price === undefined) return undefined;
  return { kind, product: product.trim(), price, detail: rest.join('|').trim() };
}

function parseDeal(body: string): Utterance | undefined {
  const [pair = '', ...offer] = body.split('|');
  const parties = /^\s*([^<\s][^<]*?)\s*<->\s*([^<\s][^<]*?)\s*$/.exec(pair);
  const sold = parseOffer('have', offer.join('|'));
  if (parties === null || sold === undefined) return undefined;
  const [, buyer = '', seller = ''] = parties;
  const { product, price, detail: rest } = sold;
  const [tx = '', ...detail] = rest.split('|');
  return {
    ...{ kind: 'deal', buyer, seller, product, price },
    ...{ tx: tx.trim(), detail: detail.join('|').trim() },
  };
}

function readPrice(text: string): bigint | undefined {
  const number = /^\s*(?:budget:?\s*)?\$?\s*([\d.]+)\s*(?:USDC)?\s*$/i.exec(text)?.[1];
  return number === undefined ? undefined : parseUsdc(number);
}

/** A field that something follows: no bar in it, never empty where the grammar wants a word. */
function field(text: string, max: number): string {
  return cutBytes(oneLine(text.replaceAll('|', '/')), max);
}

function party(text: string): string {
  return field(text.replaceAll('<', ' '), MAX_NICK_BYTES);
}
