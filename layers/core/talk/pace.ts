/** A token bucket: at most `burst` lines at once and `perSecond` on and on. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** `tokens` there were at `at` (ms since the epoch); below zero are lines already promised. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Takes one token: the bucket after, and how many ms to wait before using it. A clock that steps back gives nothing. */
export function takeToken(
  bucket: Bucket,
  pace: Pace,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const gained = (Math.max(0, now - bucket.at) / 1000) * pace.perSecond;
  const tokens = Math.min(pace.burst, bucket.tokens + gained) - 1;
  const waitMs = tokens >= 0 ? 0 : Math.ceil((-tokens / pace.perSecond) * 1000);
  return { bucket: { tokens, at: now }, waitMs };
}
