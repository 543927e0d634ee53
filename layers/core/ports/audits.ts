import type { Address, AgentId, Sha256, TaskId } from '#contract/ids.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { NotBought } from '../shop/buy-once.ts';
import type { PaidOrder } from './orders.ts';

/** One delivery that a verdict is wanted on; `sha256` is what its seller told us. */
export interface AuditRequest {
  readonly taskId: TaskId;
  readonly seller: AgentId;
  readonly sha256: Sha256;
}

/** What a buyer pays at most, in micro-USDC, and whom. */
export interface AuditTerms {
  readonly maxPrice: bigint;
  readonly payTo: Address;
}

/** The validator's paid door, as a buyer meets it. Nothing here throws because the door is shut. */
export interface Audits {
  /** Asks the price of a verdict and signs for it; sends nothing. */
  order(request: AuditRequest, terms: AuditTerms): Promise<PaidOrder | NotBought>;
  /** Sends what was signed: sent again it is paid once, and wakes the validator again. */
  send(order: PaidOrder): Promise<'ordered' | NotBought>;
  /** The verdict that this payment bought, if `signer` has signed it; undefined while there is none. */
  verdict(order: PaidOrder, signer: Address): Promise<Verdict | 'forged' | undefined>;
}
