import type { Intent, LedgerEntry } from '#contract/agent-state.ts';
import type { BeatEvent } from '#contract/beat-event.ts';
import type { Lesson } from './peers.ts';

/** What one cell of a machine's table answers: the deal after the event, and everything that follows from it. */
export interface Step<Deal> {
  readonly deal: Deal;
  readonly intents?: readonly Intent['kind'][];
  readonly entries?: readonly LedgerEntry[];
  /** What became of the thing we wanted to own. */
  readonly purchase?: 'bought' | 'wanted';
  /** Micro-USDC that goes back to the budget of this UTC day. */
  readonly unspent?: { readonly day: string; readonly amount: bigint } | undefined;
  readonly said?: readonly BeatEvent[];
  /** What it teaches us of the other side. */
  readonly lesson?: Lesson;
}

/** An event without its deal: a kind and its details. */
export type EventOf<Events, K extends keyof Events> = { readonly kind: K } & Events[K];

/** state x event -> step. An empty cell means that the event changes nothing in that state. */
export type Table<Deal extends { readonly state: string }, Events> = Readonly<
  Record<
    Deal['state'],
    {
      readonly [K in keyof Events]?: (
        deal: Deal,
        event: EventOf<Events, K>,
        at: string,
      ) => Step<Deal>;
    }
  >
>;

/** A field that a state promises: missing it is a bug in the table, not in the world. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`A deal in this state must have ${what}.`);
  return value;
}
