import type { Continuation } from '#contract/s3-event.ts';

/** The room's own queue. */
export interface Continuations {
  /** Returns once the message is safe. */
  send(continuation: Continuation): Promise<void>;
}
