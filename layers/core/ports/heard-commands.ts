import type { HeardCommand } from '#contract/command.ts';

/** Where command lines go that were heard on IRC. Handing over the same one twice is harmless: its reader knows it by its id. */
export interface HeardCommands {
  hand(commands: readonly HeardCommand[]): Promise<void>;
}
