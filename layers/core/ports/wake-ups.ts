import type { WakeUp } from '#contract/beat.ts';

/** How a room asks for a beat soon. */
export interface WakeUps {
  wake(wakeUp: WakeUp): Promise<void>;
}
