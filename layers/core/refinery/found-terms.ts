import type { Occurrences } from './bottom-k.ts';
import { FUNCTION_WORDS } from './lexicons/languages.ts';

/** Strength of the background as a prior, in occurrences, and the least of every term. */
const PRIOR = 100;
const LEAST = 0.5;
/** Standard deviations from which a term is told apart by chance in one case of four hundred (one-sided). */
const DISTINCT = 2.81;
const FEWEST = 3;

/** How often each term of the background was sampled, and how many there are. */
export interface Background {
  readonly counts: ReadonlyMap<string, number>;
  readonly size: number;
}

export function backgroundOf(sample: Occurrences): Background {
  const counts = sample.counts();
  return { counts, size: total(counts) };
}

/**
 * Terms that a sample says far more often than everybody: log-odds with the background as informative Dirichlet prior
 * (Monroe, Colaresi and Quinn 2008, https://doi.org/10.1093/pan/mpn018). Counts are of the sample.
 */
export function foundTerms(sample: Occurrences, background: Background): Map<string, number> {
  const counts = sample.counts();
  const size = total(counts);
  return new Map(
    [...counts].filter(([term, count]) => {
      if (count < FEWEST) return false;
      return (
        score(
          { count, size },
          { count: background.counts.get(term) ?? 0, size: background.size },
        ) >= DISTINCT
      );
    }),
  );
}

interface Share {
  readonly count: number;
  readonly size: number;
}

function score(own: Share, all: Share): number {
  const prior = LEAST + (PRIOR * all.count) / Math.max(1, all.size);
  const odds = ({ count, size }: Share) =>
    Math.log((count + prior) / Math.max(LEAST, size + PRIOR - count - prior));
  return (odds(own) - odds(all)) / Math.sqrt(1 / (own.count + prior) + 1 / (all.count + prior));
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

const COMMON = new Set(Object.values(FUNCTION_WORDS).flat());

/** Tells what can be a found term: 3 to `longest` letters and nothing else, and no word that holds sentences together. */
export function termsUpTo(longest: number): (token: string) => boolean {
  const term = new RegExp(`^\\p{L}{3,${longest}}$`, 'u');
  return (token) => !COMMON.has(token) && term.test(token);
}
