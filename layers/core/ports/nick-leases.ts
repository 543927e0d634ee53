import type { AgentId } from '#contract/ids.ts';

/** Which relay bears which nick: two never the same. Times in milliseconds. */
export interface NickLeases {
  /** Takes or renews; false while another holds it. */
  take(agentId: AgentId, lease: { readonly owner: string; readonly ms: number }): Promise<boolean>;
  /** Lets go of it, if it is still the owner's. */
  free(agentId: AgentId, owner: string): Promise<void>;
}
