import { Occurrences } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { Partners } from './exchanges.ts';
import type { Page } from './state.ts';

/** Partners, phrases and terms of one user that are kept: enough to rank, and bounded. */
const MOST_PARTNERS = 32;
const MOST_PHRASES = 64;
const MOST_TERMS = 128;

/** What is counted of one user: all of it adds up, whatever part of the log it comes from. */
export interface Person extends Page {
  readonly user: string;
  /** `messages`, `characters`, their languages, labels once a message, the terms behind them, `greeting/<greeting>`. */
  readonly counts: Counts;
  readonly partners: Partners;
  /** Short messages of theirs. */
  readonly phrases: Occurrences;
  /** Words of theirs that hold no sentence together. */
  readonly terms: Occurrences;
}

export function newPerson(user: string, ts: string): Person {
  return {
    ...{ user, firstSeen: ts, lastSeen: ts },
    counts: new Counts(),
    partners: new Partners(MOST_PARTNERS),
    phrases: new Occurrences(MOST_PHRASES),
    terms: new Occurrences(MOST_TERMS),
  };
}
