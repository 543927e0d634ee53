import type { CommandEntry } from '#contract/command.ts';

/** What commands were given and what became of them: the audit, and what makes a command that comes twice be one. */
export interface CommandBook {
  /** Undefined when nobody has begun on it. */
  find(id: string): Promise<CommandEntry | undefined>;
  /**
   * Writes down that it is begun, and that its nonce is used, both or neither. `known`: it was begun before; `replayed`: another
   * command had that nonce.
   */
  begin(entry: CommandEntry, nonce: string | undefined): Promise<'begun' | 'known' | 'replayed'>;
  /** Writes down that it is over and was answered. */
  end(id: string, answer: string): Promise<void>;
  /** Counts one command of a nick: whether it is one too many within a minute, and the first such. */
  count(nick: string, now: Date): Promise<'within' | 'first-over' | 'over'>;
}
