/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.96;

/** Wilson score interval of `hits` in `trials` (https://doi.org/10.1080/01621459.1927.10502953). `hits` may be fractional. */
export function wilson(
  hits: number,
  trials: number,
): { readonly low: number; readonly high: number } {
  if (trials <= 0) return { low: 0, high: 1 };
  const share = hits / trials;
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + (Z * Z) / (4 * trials * trials));
  const middle = share + (Z * Z) / (2 * trials);
  const scale = 1 + (Z * Z) / trials;
  return {
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale),
  };
}

/** Three decimals: enough to rank, and the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** `part / whole` in three decimals; 0 of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : round(part / whole);
}

/** The `limit` largest counts, ties in the order of the terms. */
export function top(
  counts: ReadonlyMap<string, number>,
  limit: number,
): { readonly term: string; readonly count: number }[] {
  return [...counts]
    .map(([term, count]) => ({ term, count }))
    .sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1))
    .slice(0, limit);
}
