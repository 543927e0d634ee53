import type { IrcLine } from '#contract/irc-line.ts';

/** Where agents say their lines; they reach IRC in the order of each agent. The same id said again within five minutes is said once. */
export interface Lines {
  say(line: IrcLine): Promise<void>;
}
