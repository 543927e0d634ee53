import type { AgentId } from '#contract/ids.ts';
import type { InboxEntry } from '#contract/irc-line.ts';

/** What others said to the agents. */
export interface Inboxes {
  /** False when the entry was there already: a second hearing is harmless. */
  put(agentId: AgentId, entry: InboxEntry): Promise<boolean>;
}
