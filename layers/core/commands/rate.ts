/** Commands of one nick within the window. */
const MOST = 20;
export const RATE_WINDOW_MS = 60_000;

/** When a nick gave commands, in ms since the epoch; `isTold`: that it is too many. */
export interface Counted {
  readonly times: readonly number[];
  readonly isTold: boolean;
}

/** The commands of the last minute with this one, unless it is one too many. Pure. */
export function countOne(
  { times, isTold }: Counted,
  now: number,
): Counted & { readonly verdict: 'within' | 'first-over' | 'over' } {
  const recent = times.filter((time) => time > now - RATE_WINDOW_MS).slice(-MOST);
  if (recent.length < MOST) return { times: [...recent, now], isTold: false, verdict: 'within' };
  return { times: recent, isTold: true, verdict: isTold ? 'over' : 'first-over' };
}
