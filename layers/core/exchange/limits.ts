/** A limit of Execution Market: so many within a window of so many seconds. */
export interface Limit {
  readonly name: string;
  readonly most: number;
  readonly seconds: number;
}

/** Source: `facts/execution-market.md` section 1.10. A wallet's doubled burst is left out: stricter is safer to rehearse with. */
export const EM_LIMITS = {
  ip: { name: 'ip', most: 60, seconds: 60 },
  wallet: { name: 'wallet', most: 300, seconds: 60 },
  nonce: { name: 'nonce', most: 5, seconds: 60 },
  /** 429s before an address is banned. */
  refusals: { name: 'refusals', most: 9, seconds: 300 },
} as const satisfies Readonly<Record<string, Limit>>;

const HOUR = 3600;
/** Seconds of the first ban, the second, and every further one. */
const BANS = [2 * HOUR, 24 * HOUR, 7 * 24 * HOUR] as const;
const LONGEST = BANS[2];

/** How long the ban after `before` others lasts, in seconds. */
export function banSeconds(before: number): number {
  return BANS[before] ?? LONGEST;
}

/** The window that a moment belongs to, and the seconds until the next. Fixed windows: EM's counters are such, per process. */
export function windowOf(
  { seconds }: Limit,
  now: Date,
): { readonly index: number; readonly left: number } {
  const at = Math.floor(now.getTime() / 1000);
  return { index: Math.floor(at / seconds), left: seconds - (at % seconds) };
}
