import type { AgentState } from '#contract/agent-state.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';
import { MOST_OFFERS, type Talk } from '#contract/talk.ts';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import { isAutomatic, parseUtterance } from './grammar.ts';
import { agentBehind, productNamed } from './hear.ts';
import { foldNick } from './mention.ts';
import { cutBytes, oneLine } from './text.ts';

const MAX_REPLY_BYTES = 400;
const MAX_NICK_BYTES = 40;
/** Who asked longer ago has gone. */
const STALE_MS = 30 * 60_000;
/** What a stranger offered longer ago is told to nobody. */
const OFFERED_MS = 24 * 3_600_000;

/** What an agent can say of itself that is true. Money in micro-USDC. */
export interface Self {
  readonly agent: Agent;
  readonly roster: readonly Agent[];
  readonly state: Pick<AgentState, 'stock' | 'shelved'>;
  readonly openDeals: number;
  readonly balance: bigint;
  readonly isHalted: boolean;
  /** Products with an open bounty before it, for which it applies by itself. */
  readonly requested: ReadonlySet<Product>;
  readonly offers: Talk['offers'];
  /** Without a slash at the end. */
  readonly storefrontUrl: string | undefined;
  readonly now: Date;
}

/** One line in answer to one entry of the inbox. */
export interface Reply {
  readonly id: string;
  readonly topic: string;
  readonly channel: string;
  readonly text: string;
}

/**
 * What to answer to what was heard, oldest first: at most `most` answers, one a sender. Nobody answers the roster's agents, who might
 * answer back for ever, nor services and servers, nor what is old.
 */
export function repliesTo(heard: readonly InboxEntry[], self: Self, most: number): Reply[] {
  const answered = new Set<string>();
  const replies: Reply[] = [];
  for (const entry of heard) {
    const sender = foldNick(entry.sender);
    if (replies.length >= most) break;
    if (answered.has(sender) || !isWorthAnswering(entry, self)) continue;
    const text = replyTo(entry, self);
    if (text === undefined) continue;
    answered.add(sender);
    const nick = cutBytes(oneLine(entry.sender), MAX_NICK_BYTES);
    replies.push({
      id: `${self.agent.id}:reply:${entry.id}`.slice(0, 128),
      topic: `${entry.kind}:${sender}:${oneLine(entry.text).toLowerCase()}`,
      channel: entry.channel,
      text: cutBytes(oneLine(`${nick}: ${text}`), MAX_REPLY_BYTES),
    });
  }
  return replies;
}

/** The offers that are known after this was heard: of each nick and product the last, and no more than a few. */
export function offersAfter(
  offers: Talk['offers'],
  heard: readonly InboxEntry[],
  { agent, roster }: Pick<Self, 'agent' | 'roster'>,
): Talk['offers'] {
  const fresh = heard.flatMap((entry) => {
    const offer = offerIn(entry);
    const product = offer && productNamed(offer.product);
    if (offer === undefined || product === undefined || !agent.wants.includes(product)) return [];
    if (agentBehind(offer.nick, roster) !== undefined) return [];
    const nick = cutBytes(oneLine(offer.nick), MAX_NICK_BYTES);
    return [{ nick, product, price: String(offer.price), at: entry.ts }];
  });
  const last = new Map(
    [...offers, ...fresh].map((offer) => [`${foldNick(offer.nick)} ${offer.product}`, offer]),
  );
  return fresh.length === 0 ? offers : [...last.values()].slice(-MOST_OFFERS);
}

/** Who offers what at which price: who says so, or who has just sold it. */
function offerIn({ kind, sender, text }: InboxEntry) {
  const utterance = parseUtterance(text);
  if (utterance?.kind !== kind) return undefined;
  if (utterance.kind === 'have') return { ...utterance, nick: sender };
  return utterance.kind === 'deal' ? { ...utterance, nick: utterance.seller } : undefined;
}

function isWorthAnswering({ sender, text, ts, kind }: InboxEntry, { roster, now }: Self): boolean {
  if (agentBehind(sender, roster) !== undefined || isService(sender)) return false;
  const age = now.getTime() - Date.parse(ts);
  if (!(age <= STALE_MS)) return false;
  return kind !== 'mention' || !isAutomatic(text);
}

/** Servers have dots in their names; services are called ...Serv, or are one of a few. */
function isService(nick: string): boolean {
  return /\.|serv$/i.test(nick) || /^(global|\*|py-ctcp|chanfix|services)$/i.test(nick);
}

function replyTo(entry: InboxEntry, self: Self): string | undefined {
  const isSpanish = speaksSpanish(entry.text);
  if (entry.kind === 'need') return answerNeed(entry, self, isSpanish);
  if (entry.kind !== 'mention') return undefined;
  const text = entry.text.toLowerCase();
  if (/\b(price|cost|how much|cu[aá]nto|precio|vende|sell|buy|compra)/u.test(text))
    return trade(self, isSpanish);
  if (/\b(status|alive|ping|est[aá]s|estado|vivo|viva)\b/u.test(text))
    return condition(self, isSpanish);
  return `${trade(self, isSpanish)} ${condition(self, isSpanish)}`;
}

/** A NEED for what we sell: the bounty that was found, or the price tag with the way to pay it at once. */
function answerNeed(entry: InboxEntry, self: Self, isSpanish: boolean): string | undefined {
  const need = parseUtterance(entry.text);
  const product = need?.kind === 'need' ? productNamed(need.product) : undefined;
  if (product === undefined || !self.agent.sells.includes(product)) return undefined;
  const { title, price } = PRODUCTS[product];
  if (self.state.stock[product] === undefined)
    return isSpanish
      ? `vendo ${title} a $${formatUsdc(price)}, pero ahora no tengo en el estante.`
      : `I sell ${title} at $${formatUsdc(price)}, but have none on the shelf now.`;
  const bounty = self.requested.has(product)
    ? isSpanish
      ? ' Vi el bounty y me postulo.'
      : ' I saw the bounty and apply.'
    : '';
  const tag = priceTag(product, self, isSpanish);
  return isSpanish ? `tengo ${tag}.${bounty}` : `I have ${tag}.${bounty}`;
}

/** With the address at the direct door once goods lie there. */
function priceTag(product: Product, self: Self, isSpanish: boolean): string {
  const { title, price } = PRODUCTS[product];
  const { stock, shelved } = self.state;
  const records = stock[product]?.records;
  const size = records === undefined ? '' : `, ${records} ${isSpanish ? 'registros' : 'records'}`;
  const link = shelved?.[product] === undefined ? '' : linkTo(product, self);
  return `${title} ($${formatUsdc(price)}${size}${link})`;
}

function linkTo(product: string, { agent, storefrontUrl }: Self): string {
  return storefrontUrl === undefined
    ? ''
    : `, x402: ${storefrontUrl}/products/${agent.id}/${product}`;
}

/** Verdicts lie on no shelf: they are made when they are asked for. */
function audits(self: Self): readonly string[] {
  const { title, price, product } = VALIDATION;
  const isAuditor = self.agent.id === VALIDATOR;
  return isAuditor ? [`${title} ($${formatUsdc(price)}${linkTo(product, self)})`] : [];
}

/** What it sells now, what it would sell, and what it buys. */
function trade(self: Self, isSpanish: boolean): string {
  const { agent, state, offers, now } = self;
  const there = agent.sells.filter((product) => state.stock[product] !== undefined);
  const absent = agent.sells.filter((product) => state.stock[product] === undefined);
  const names = (products: readonly Product[]) =>
    products.map((product) => `${product} $${formatUsdc(PRODUCTS[product].price)}`).join(', ');
  const [sell, none, buy, nothing, heard] = isSpanish
    ? ['Vendo', 'Sin existencias', 'Compro', 'No compro ni vendo', 'Ofertas oídas']
    : ['I sell', 'Out of stock', 'I buy', 'I neither buy nor sell', 'Offers heard'];
  const known = offers
    .filter(({ at }) => now.getTime() - Date.parse(at) <= OFFERED_MS)
    .map(({ nick, product, price }) => `${product} $${formatUsdc(BigInt(price))} ${nick}`);
  const tags = [...there.map((product) => priceTag(product, self, isSpanish)), ...audits(self)];
  const sentences = [
    tags.length > 0 ? `${sell} ${tags.join('; ')}.` : '',
    absent.length > 0 ? `${none}: ${names(absent)}.` : '',
    agent.wants.length > 0 ? `${buy}: ${names(agent.wants)}.` : '',
    known.length > 0 ? `${heard}: ${known.join(', ')}.` : '',
  ].filter((sentence) => sentence !== '');
  return sentences.length > 0 ? sentences.join(' ') : `${nothing} (${agent.role}).`;
}

function condition({ openDeals, balance, isHalted }: Self, isSpanish: boolean): string {
  const money = `$${formatUsdc(balance)}`;
  const halted = isHalted ? (isSpanish ? ', gasto detenido' : ', spending halted') : '';
  const isOne = openDeals === 1;
  return isSpanish
    ? `Aquí estoy: ${openDeals} ${isOne ? 'trato abierto' : 'tratos abiertos'}, ${money} en la billetera${halted}.`
    : `I am here: ${openDeals} open ${isOne ? 'deal' : 'deals'}, ${money} in the wallet${halted}.`;
}

/** Good enough to answer in the language of the question. */
function speaksSpanish(text: string): boolean {
  return /[¿¡ñáéíóú]|\b(hola|que|cu[aá]nto|tienes|vendes|compras|precio|busco|necesito|est[aá]s|para|una?)\b/iu.test(
    text,
  );
}
