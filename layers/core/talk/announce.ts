import type { AgentId } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { formatUtterance, type Utterance } from './grammar.ts';
import { type Phrases, phrase } from './voice.ts';

const MARKET = '#execution-market';
const SOCIAL = '#karmakadabra';
const OPERATIONS = '#kk-ops';

/** What happened in a beat and is worth a line. Prices, fees and balances in micro-USDC; `buyer` and `seller` are agent ids or short addresses. */
export type BeatEvent =
  | {
      readonly kind: 'published';
      readonly product: Product;
      readonly price: bigint;
      readonly taskId: string;
    }
  | {
      readonly kind: 'applied';
      readonly product: Product;
      readonly price: bigint;
      readonly taskId: string;
    }
  | {
      readonly kind: 'locked';
      readonly product: Product;
      readonly price: bigint;
      readonly taskId: string;
      readonly seller: string;
    }
  | {
      readonly kind: 'delivered';
      readonly product: Product;
      readonly price: bigint;
      readonly taskId: string;
      readonly records: number;
      readonly buyer?: string;
    }
  /** Said by the buyer, once a deal. */
  | {
      readonly kind: 'approved';
      readonly product: Product;
      readonly price: bigint;
      readonly taskId: string;
      readonly buyer: string;
      readonly seller: string;
      readonly releaseTx: string;
      readonly score: number;
    }
  | {
      readonly kind: 'rejected';
      readonly product: Product;
      readonly taskId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'verified';
      readonly product: Product;
      readonly taskId: string;
      readonly records: number;
      readonly score: number;
    }
  | {
      readonly kind: 'newProduct';
      readonly product: Product;
      readonly price: bigint;
      readonly version: string;
      readonly records: number;
      readonly users: number;
    }
  /** `key` names the occasion, e.g. the hour. */
  | { readonly kind: 'standup'; readonly key: string; readonly text: string }
  | {
      readonly kind: 'lowBalance';
      readonly key: string;
      readonly balance: bigint;
      readonly reserve: bigint;
    };

/** A line and what it is about; see `admit`. */
export interface Announcement {
  readonly topic: string;
  readonly line: IrcLine;
}

const PHRASES = {
  published: [
    'Busco {title}; bounty en Execution Market, tarea {task}.',
    'Looking for {title}; bounty on Execution Market, task {task}.',
    'Publiqué un bounty por {title}: tarea {task}. ¿Quién entrega?',
    'I posted a bounty for {title}: task {task}. Who delivers?',
  ],
  applied: [
    'Puedo entregar {title} por ${price}; me postulé a la tarea {task}.',
    'I can deliver {title} for ${price}; applied to task {task}.',
  ],
  locked: [
    '${price} en escrow para {seller}: {title}, tarea {task}.',
    '${price} in escrow for {seller}: {title}, task {task}.',
  ],
  delivered: [
    'Entregué {title}{buyer}: {records} registros, ${price}, tarea {task}.',
    'Delivered {title}{buyer}: {records} records, ${price}, task {task}.',
  ],
  rejected: [
    'Rechacé la entrega de {title}, tarea {task}: {reason}',
    'I rejected the delivery of {title}, task {task}: {reason}',
  ],
  newProduct: [
    '{records} registros de {users} personas, versión {version}.',
    '{records} records about {users} people, version {version}.',
    'Fresco: {records} registros, {users} personas, versión {version}.',
    'Fresh: {records} records, {users} people, version {version}.',
  ],
  lowBalance: [
    'Me quedan ${balance}, menos que mi reserva de ${reserve}: no compro hasta tener más.',
    'I have ${balance} left, less than my reserve of ${reserve}: I buy nothing until I have more.',
  ],
} as const satisfies Record<string, Phrases>;

/** The lines for a beat's events, in their order. Each has an id that is the same whenever the same event is announced again. */
export function announce(agentId: AgentId, events: readonly BeatEvent[]): readonly Announcement[] {
  return events.map((event) => {
    const topic = `${event.kind}:${keyOf(event)}`;
    const id = `${agentId}:${topic}`.slice(0, 128);
    const { channel, utterance } = say(event, id);
    return { topic, line: { v: 1, id, agentId, channel, text: formatUtterance(utterance) } };
  });
}

function keyOf(event: BeatEvent): string {
  if (event.kind === 'newProduct') return `${event.product}:${event.version}`;
  return 'key' in event ? event.key : event.taskId;
}

interface Said {
  readonly channel: string;
  readonly utterance: Utterance;
}

function say(event: BeatEvent, seed: string): Said {
  switch (event.kind) {
    case 'published':
      return market({
        kind: 'need',
        product: event.product,
        price: event.price,
        detail: phrase(PHRASES.published, seed, { title: title(event), task: event.taskId }),
      });
    case 'newProduct':
      return market({
        kind: 'have',
        product: event.product,
        price: event.price,
        detail: phrase(PHRASES.newProduct, seed, {
          records: String(event.records),
          users: String(event.users),
          version: event.version.slice(0, 12),
        }),
      });
    case 'approved':
      return market({ ...event, kind: 'deal', tx: event.releaseTx });
    case 'verified':
      return market({
        kind: 'verified',
        text: `${event.product} | ${event.records} records | score ${event.score} | ${event.taskId}`,
      });
    case 'standup':
      return { channel: OPERATIONS, utterance: { kind: 'coord', text: event.text } };
    default:
      return { channel: SOCIAL, utterance: { kind: 'status', text: chat(event, seed) } };
  }
}

type Chat = Extract<
  BeatEvent,
  { kind: 'applied' | 'locked' | 'delivered' | 'rejected' | 'lowBalance' }
>;

function chat(event: Chat, seed: string): string {
  if (event.kind === 'lowBalance') {
    const facts = { balance: formatUsdc(event.balance), reserve: formatUsdc(event.reserve) };
    return phrase(PHRASES.lowBalance, seed, facts);
  }
  const deal = { title: title(event), task: event.taskId };
  switch (event.kind) {
    case 'applied':
      return phrase(PHRASES.applied, seed, { ...deal, price: formatUsdc(event.price) });
    case 'locked':
      return phrase(PHRASES.locked, seed, {
        ...deal,
        price: formatUsdc(event.price),
        seller: event.seller,
      });
    case 'delivered':
      return phrase(PHRASES.delivered, seed, {
        ...deal,
        price: formatUsdc(event.price),
        records: String(event.records),
        buyer: event.buyer === undefined ? '' : ` → ${event.buyer}`,
      });
    case 'rejected':
      return phrase(PHRASES.rejected, seed, { ...deal, reason: event.reason });
  }
}

function market(utterance: Utterance): Said {
  return { channel: MARKET, utterance };
}

function title(event: { readonly product: Product }): string {
  return PRODUCTS[event.product].title;
}
