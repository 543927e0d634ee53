import type { BeatEvent } from '#contract/beat-event.ts';
import type { AgentId } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS } from '#contract/products.ts';
import { OPERATIONS } from '#contract/roster.ts';
import type { Talk } from '#contract/talk.ts';
import { formatUtterance, type Utterance } from './grammar.ts';
import { type Facts, phrase, phrasingsOf } from './persona.ts';

const MARKET = '#execution-market';
const SOCIAL = '#karmakadabra';

/** Names an event's line: the same whenever the same event is announced again. */
export function lineIdOf(agentId: AgentId, event: BeatEvent): string {
  return `${agentId}:${event.kind}:${keyOf(event)}`.slice(0, 128);
}

function keyOf(event: BeatEvent): string {
  switch (event.kind) {
    case 'newProduct':
      return `${event.product}:${event.version}`;
    case 'standup':
      return event.day;
    case 'woken':
      return `${event.agent}@${event.last}`;
    case 'lowBalance':
      return event.key;
    default:
      return event.taskId;
  }
}

/** An event in its agent's words, and whose turn it is after them. The facts do not depend on the turn; see `persona.ts`. */
export function announce(
  agentId: AgentId,
  event: BeatEvent,
  turns: Talk['turns'],
): { readonly line: IrcLine; readonly turns: Talk['turns'] } {
  const phrasings = phrasingsOf(agentId, event.kind);
  const turn = turns[event.kind] ?? 0;
  const words = phrase(phrasings, turn, factsOf(event));
  const text = formatUtterance(utteranceOf(agentId, event, words));
  const line: IrcLine = {
    ...{ v: 1, id: lineIdOf(agentId, event), agentId, channel: channelOf(event), text },
  };
  return { line, turns: { ...turns, [event.kind]: (turn + 1) % phrasings.length } };
}

function channelOf({ kind }: BeatEvent): string {
  switch (kind) {
    case 'published':
    case 'newProduct':
    case 'approved':
    case 'verified':
      return MARKET;
    case 'standup':
    case 'woken':
      return OPERATIONS;
    default:
      return SOCIAL;
  }
}

function utteranceOf(agentId: AgentId, event: BeatEvent, words: string): Utterance {
  switch (event.kind) {
    case 'published':
      return { kind: 'need', product: event.product, price: event.price, detail: words };
    case 'newProduct':
      return { kind: 'have', product: event.product, price: event.price, detail: words };
    case 'approved': {
      const { product, price, seller, releaseTx: tx, score } = event;
      const detail = score === undefined ? '' : words;
      return { kind: 'deal', buyer: agentId, seller, product, price, tx, detail };
    }
    case 'verified': {
      const { product, records, score, taskId } = event;
      const facts = `${product} | ${records} records | score ${score} | ${taskId}`;
      return { kind: 'verified', text: `${facts} | ${words}` };
    }
    case 'standup':
    case 'woken':
      return { kind: 'coord', text: words };
    default:
      return { kind: 'status', text: words };
  }
}

/** Every fact of an event, as a phrase may name it. */
export function factsOf(event: BeatEvent): Facts {
  switch (event.kind) {
    case 'newProduct': {
      const { records, users, version } = event;
      return { records: String(records), users: String(users), version: version.slice(0, 12) };
    }
    case 'verified':
      return { objections: String(event.objections) };
    case 'approved':
      return { score: String(event.score ?? '') };
    case 'standup': {
      const { day, beating, members, bounties, fresh, sold, concerns } = event;
      const counts = { beating: `${beating}`, members: `${members}`, bounties: `${bounties}` };
      return { day, ...counts, fresh: formatUsdc(fresh), sold: formatUsdc(sold), concerns };
    }
    case 'woken':
      return { agent: event.agent, last: event.last === 'never' ? '—' : minuteOf(event.last) };
    case 'lowBalance':
      return { balance: formatUsdc(event.balance), reserve: formatUsdc(event.reserve) };
    default:
      return factsOfDeal(event);
  }
}

function minuteOf(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}

type DealEvent = Extract<BeatEvent, { kind: 'published' | 'applied' | 'delivered' | 'rejected' }>;

function factsOfDeal(event: DealEvent): Facts {
  const deal = { title: PRODUCTS[event.product].title, task: event.taskId };
  switch (event.kind) {
    case 'published':
      return deal;
    case 'applied':
      return { ...deal, price: formatUsdc(event.price) };
    case 'delivered':
      return { ...deal, price: formatUsdc(event.price), records: String(event.records) };
    case 'rejected':
      return { ...deal, reason: event.reason };
  }
}
