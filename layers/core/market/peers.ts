import type { Deal } from '#contract/deal.ts';
import type { Address } from '#contract/ids.ts';
import {
  type Interaction,
  MOST_INTERACTIONS,
  MOST_NOTE_CHARS,
  MOST_NOTES,
  type Peer,
} from '#contract/peer.ts';
import { wilson } from '../refinery/measure.ts';

/** What a step teaches us of the other side. `note` says why it ended badly. */
export interface Lesson {
  readonly outcome: Interaction['outcome'];
  readonly note?: string;
}

/** A cheat weighs as much as so many failures. */
const CHEAT_WEIGHT = 5;

/** The other side of a deal; undefined while a bounty has none. */
export function peerOf(deal: Deal): Address | undefined {
  return deal.side === 'buy' ? deal.seller?.wallet : deal.buyer;
}

/** The same outcome of the same deal is remembered once. */
export function remember(
  peer: Peer | undefined,
  { deal, at }: { readonly deal: Deal; readonly at: string },
  { outcome, note }: Lesson,
): Peer | undefined {
  const wallet = peerOf(deal);
  if (wallet === undefined) return peer;
  const { taskId, product } = deal;
  const as: Interaction['as'] = deal.side === 'buy' ? 'seller' : 'buyer';
  const known = peer ?? {
    ...{ v: 1 as const, wallet, seen: { first: at, last: at } },
    ...{ deals: 0, interactions: [], notes: [] },
  };
  const isKnown = known.interactions.some(
    (one) => one.taskId === taskId && one.as === as && one.outcome === outcome,
  );
  if (isKnown) return known;
  const notes = note === undefined ? [] : [`${at} ${product}: ${note}`.slice(0, MOST_NOTE_CHARS)];
  return {
    ...known,
    seen: { ...known.seen, last: at },
    deals: known.deals + (known.interactions.some((one) => one.taskId === taskId) ? 0 : 1),
    interactions: [...known.interactions, { at, taskId, product, as, outcome }].slice(
      -MOST_INTERACTIONS,
    ),
    notes: [...known.notes, ...notes].slice(-MOST_NOTES),
  };
}

export function hasCheated({ interactions }: Peer): boolean {
  return interactions.some(({ outcome }) => outcome === 'cheated');
}

/** Outcomes that we have seen ourselves: how many, and how many of them good. A cheat counts as five failures. */
export function outcomesWith({ interactions }: Peer): {
  readonly kept: number;
  readonly all: number;
} {
  const kept = interactions.filter(({ outcome }) => outcome === 'kept').length;
  const cheated = interactions.filter(({ outcome }) => outcome === 'cheated').length;
  return { kept, all: interactions.length + (CHEAT_WEIGHT - 1) * cheated };
}

/**
 * 0 to 100: what share of deals with them ends well, with 95 % certainty. The lower bound of the share (Wilson's interval, which is that
 * of Jeffreys' Beta(kept + 1/2, failed + 1/2) for any number that matters: https://doi.org/10.1214/ss/1009213286).
 */
export function trustIn(peer: Peer): number {
  const { kept, all } = outcomesWith(peer);
  return Math.round(100 * (all === 0 ? 0 : wilson(kept, all).low));
}
