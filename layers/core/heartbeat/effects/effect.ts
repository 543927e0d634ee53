import type { Intent } from '#contract/agent-state.ts';
import type { Deal } from '#contract/deal.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import type { Agent } from '#contract/roster.ts';
import type { TalkLimits } from '#contract/talk.ts';
import type { Step } from '../../market/step.ts';
import type { Change, Snapshot } from '../../ports/agents.ts';
import type { Auditor } from '../../ports/auditor.ts';
import type { Audits } from '../../ports/audits.ts';
import type { Facilitator } from '../../ports/facilitator.ts';
import type { Goods } from '../../ports/goods.ts';
import type { MarketError } from '../../ports/market.ts';
import type { Payer } from '../../ports/payer.ts';
import type { Reports } from '../../ports/reports.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { Wallet } from '../../ports/wallet.ts';
import type { Eyes } from '../look.ts';

/** Everything through which an agent touches the world. */
export interface Hands extends Eyes {
  readonly goods: Goods;
  readonly wallet: Wallet;
  /** @default - it audits nothing */
  readonly auditor?: Auditor;
  /** The validator's paid door. @default - nobody audits for it, and what wants a verdict waits until it may go without */
  readonly audits?: Audits;
  readonly facilitator: Facilitator;
  readonly payer: Payer;
  readonly lines: { say(line: IrcLine): Promise<void> };
  readonly wakeUps: WakeUps;
  readonly reports: Reports;
  /** How much it says. @default - DEFAULT_LIMITS */
  readonly limits?: TalkLimits;
  readonly now: () => Date;
}

/**
 * What carrying out an intent came to. `step`: the deal's machine moves; `change`: something else to write; `later`: nothing is
 * known to have happened, or not yet: the intent stays, whatever else there is to write, and the next beat asks the world first.
 */
export type Outcome =
  | { readonly kind: 'step'; readonly step: Step<Deal> | undefined }
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'later'; readonly reason: string; readonly change?: Change };

/** One intent about to be carried out. */
export interface Job {
  readonly agent: Agent;
  readonly intent: Intent;
  readonly snapshot: Snapshot;
  readonly hands: Hands;
  readonly at: string;
}

export type Effect = (job: Job) => Promise<Outcome>;

export function later(error: Pick<MarketError, 'kind' | 'reason'>): Outcome {
  return { kind: 'later', reason: `${error.kind}: ${error.reason}` };
}

/** Asking again would get the same answer. */
export function isRefusal({ kind }: MarketError): boolean {
  return kind === 'invalid' || kind === 'forbidden' || kind === 'missing';
}

/** The intent's subject no longer needs it: a deal that moved on, a purchase that was made. */
export const NOTHING: Outcome = { kind: 'change', change: {} };
