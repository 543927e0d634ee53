import type { Sketches } from '#contract/verdict.ts';
import type { Finding } from './judge.ts';

/** Versions of one product that are remembered. */
const REMEMBERED = 20;
/** Share of records from which goods are the old ones: what grew by a message has other records. */
const SAME = 0.98;
/** Grave enough to condemn, unless the corpus confirms that nothing has changed. */
const COST = 60;

type Sketch = Sketches['sketches'][number];

/** Goods that are those of an older version under another name. */
export function resold(goods: Sketch, { sketches }: Sketches): readonly Finding[] {
  const old = sketches.find(
    (one) =>
      one.version !== goods.version &&
      one.records === goods.records &&
      likeness(one.ranks, goods.ranks) >= SAME,
  );
  if (old === undefined) return [];
  const detail = `its ${goods.records} records are those of version ${old.version.slice(0, 16)}`;
  return [{ reason: 'resold', detail, cost: COST }];
}

/** With this version remembered last, and the oldest forgotten. */
export function remembering(goods: Sketch, { v, sketches }: Sketches): Sketches {
  const others = sketches.filter(({ sha256 }) => sha256 !== goods.sha256);
  return { v, sketches: [...others, goods].slice(-REMEMBERED) };
}

/** Jaccard index of two sets as their smallest hashes tell it (https://doi.org/10.1109/SEQUEN.1997.666900). */
function likeness(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [new Set(one), new Set(other)];
  const size = Math.max(a.size, b.size);
  const lowest = [...new Set([...one, ...other])].sort((x, y) => x - y).slice(0, size);
  const shared = lowest.filter((rank) => a.has(rank) && b.has(rank)).length;
  return size === 0 ? 0 : shared / size;
}
