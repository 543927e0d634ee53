import type { Hex } from '#contract/ids.ts';
import type { Agent } from '#contract/roster.ts';
import type { World } from './look.ts';

/** Time and chance of one beat. `salt` gives 32 fresh random bytes. */
export interface Moment {
  readonly now: Date;
  readonly salt: () => Hex;
}

/** What an agent has before it when it decides; `at` is the moment in ISO. */
export interface Desk {
  readonly agent: Agent;
  readonly world: World;
  readonly moment: Moment;
  readonly at: string;
}
