import type { Address, TaskId, TxHash } from '#contract/ids.ts';
import type { SettleOutcome } from './facilitator.ts';

/** One side's verified word on the other in one deal, for ERC-8004's reputation registry. */
export interface Feedback {
  /** ERC-8004 id of who is spoken of. */
  readonly agentId: bigint;
  readonly taskId: TaskId;
  /** In which part it is spoken of: who did the work, or who published it. */
  readonly as: 'worker' | 'publisher';
  /** 0-100. */
  readonly score: number;
  /** Who says it: told to the relayer, for the registry knows the relayer alone. */
  readonly from: Address;
}

/** `settled` without a transaction: it was said before, and longer ago than the node shows. */
export type Given =
  | Exclude<SettleOutcome, { kind: 'settled' }>
  | { readonly kind: 'settled'; readonly tx: TxHash | undefined };

/** Writes feedback on chain for those who hold no gas. Given once for (agentId, taskId, as), it is not given again. */
export interface Feedbacks {
  give(feedback: Feedback): Promise<Given>;
}
