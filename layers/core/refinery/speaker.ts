import type { Person } from './people.ts';
import { PhraseCounter } from './phrases.ts';

/** What is counted of how one user speaks. Integers and bounded sets: two halves of a log could be added up. */
export interface Speaker extends Person {
  characters: number;
  questions: number;
  exclamations: number;
  laughs: number;
  addresses: number;
  addressed: number;
  readonly partnersOut: Set<Speaker>;
  readonly partnersIn: Set<Speaker>;
  readonly greetings: Map<string, number>;
  /** Counts by `label`, then by group. */
  readonly signs: Map<string, Map<string, number>>;
  readonly phrases: PhraseCounter;
}

/** Somebody who has not been heard yet. */
export function newSpeaker(person: Person): Speaker {
  return {
    ...person,
    characters: 0,
    questions: 0,
    exclamations: 0,
    laughs: 0,
    addresses: 0,
    addressed: 0,
    partnersOut: new Set(),
    partnersIn: new Set(),
    greetings: new Map(),
    signs: new Map(),
    phrases: new PhraseCounter(),
  };
}
