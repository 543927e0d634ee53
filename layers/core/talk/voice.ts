/** The facts that a phrase may name, ready to read. */
export type Facts = Readonly<Record<string, string>>;

/** Phrasings of one event, Spanish and English; `{fact}` stands for a fact. Every phrasing names the same facts. */
export type Phrases = readonly [string, ...string[]];

/** One phrasing, the same for the same seed at any time and in any process, with its facts filled in. */
export function phrase(phrases: Phrases, seed: string, facts: Facts): string {
  const chosen = phrases[fnv1a(seed) % phrases.length] ?? phrases[0];
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name];
    if (fact === undefined) throw new Error(`No fact "${name}" for the phrase "${chosen}".`);
    return fact;
  });
}

/** 32-bit FNV-1a over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/): small, stable, not for secrets. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
