import type { BeatEvent } from '#contract/beat-event.ts';
import personas from './personas.json' with { type: 'json' };

/** What an agent has words for. */
export type Occasion = BeatEvent['kind'] | 'introduction';

/** The facts that a phrase may name, ready to read. */
export type Facts = Readonly<Record<string, string>>;

/** Phrasings of one occasion, `{fact}` for each fact; both languages have as many. */
export interface Phrasings {
  readonly es: readonly string[];
  readonly en: readonly string[];
}

export type Persona = Readonly<Partial<Record<Occasion, Phrasings>>>;

const PERSONAS: Readonly<Record<string, Persona>> = personas;
const PLAIN: Readonly<Record<Occasion, Phrasings>> = personas.plain;

/** What an agent may say on an occasion, a Spanish phrasing before its English one; plain where its persona has no words. */
export function phrasingsOf(agentId: string, occasion: Occasion): readonly string[] {
  const { es, en } = PERSONAS[agentId]?.[occasion] ?? PLAIN[occasion];
  return es.flatMap((text, at) => [text, en[at] ?? text]);
}

/** The phrasing whose turn it is, with its facts filled in: two turns in a row are never worded alike. */
export function phrase(phrasings: readonly string[], turn: number, facts: Facts): string {
  const chosen = phrasings[turn % phrasings.length] ?? '';
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name];
    if (fact === undefined) throw new Error(`No fact "${name}" for the phrase "${chosen}".`);
    return fact;
  });
}
