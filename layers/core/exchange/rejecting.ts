import { type Moved, moved, refused } from './refusal.ts';

const DAY_MS = 86_400_000;
/** Execution Market's: work rejected for good sends a bounty back, and must not become a way to work for nothing. */
const MOST_A_DAY = 3;

/** When a publisher last rejected for good, at most three times kept; `version` grows by one with every change. */
export interface MajorRejects {
  readonly version: number;
  readonly times: readonly Date[];
}

/** One more rejection for good, or why it is too many within 24 hours. */
export function counted(before: MajorRejects, now: Date): Moved<MajorRejects> {
  const recent = before.times.filter((time) => now.getTime() - time.getTime() < DAY_MS);
  const [oldest] = recent;
  if (oldest !== undefined && recent.length >= MOST_A_DAY) {
    const retryAfterMs = oldest.getTime() + DAY_MS - now.getTime();
    return refused('limited', 'Too many major rejections: at most 3 in 24 hours', retryAfterMs);
  }
  return moved({ version: before.version + 1, times: [...recent, now] });
}
