import type { Sampler } from '../logs/sample.ts';

/** So many times one of a list addressed another; both by their place in it. */
export interface Exchange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Who addresses whom among `people`, nobody themselves. A nick that two users share in another case is the first one's. */
export function* exchangesAmong(
  people: readonly { readonly user: string; readonly partners: Sampler }[],
): Generator<Exchange> {
  const byNick = new Map<string, number>();
  people.forEach(({ user }, at) => {
    const nick = user.toLowerCase();
    if (!byNick.has(nick)) byNick.set(nick, at);
  });
  for (const [from, { partners }] of people.entries()) {
    for (const [nick, count] of partners.sample().counts) {
      const to = byNick.get(nick);
      if (to !== undefined && to !== from) yield { from, to, count };
    }
  }
}
