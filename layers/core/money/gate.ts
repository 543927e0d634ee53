import type { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { PRODUCTS } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';

/** One payment that an agent means to make, in micro-USDC. */
export interface Spend {
  readonly amount: bigint;
  readonly payee: Address;
  readonly operator: Address;
  readonly token: Address;
  readonly collector: Address;
}

/** What the gate must know; `committed` is what this UTC day already reserved or spent. */
export interface Purse {
  readonly agent: Agent;
  readonly network: Network;
  readonly self: Address;
  readonly balance: bigint;
  readonly committed: bigint;
  readonly isHalted: boolean;
  /** Whom the agent may pay at all: vetted applicants. */
  readonly payees: ReadonlySet<Address>;
}

export type Refusal =
  | 'halted'
  | 'not-an-amount'
  | 'over-deal-cap'
  | 'over-day-budget'
  | 'under-reserve'
  | 'unknown-payee'
  | 'own-wallet'
  | 'wrong-contract';

/**
 * The one gate that everything that spends goes through. Pure: the day's budget is enforced again by the conditional write
 * that commits the spend, so that parallel beats cannot exceed it. Undefined means: go ahead.
 */
export function refuse(spend: Spend, purse: Purse): Refusal | undefined {
  return refuseAmount(spend.amount, purse) ?? refuseParties(spend, purse);
}

/** The half of the gate that needs no payee: may this much be spent at all? Asked before a bounty is posted. */
export function refuseAmount(amount: bigint, purse: Omit<Purse, 'payees'>): Refusal | undefined {
  const { budget } = purse.agent;
  if (purse.isHalted) return 'halted';
  if (amount <= 0n) return 'not-an-amount';
  if (amount > budget.perDeal) return 'over-deal-cap';
  if (purse.committed + amount > budget.perDay) return 'over-day-budget';
  if (purse.balance - amount < budget.reserve) return 'under-reserve';
  return undefined;
}

/** Its reserve would be touched by the dearest thing that it buys. */
export function isLow({ wants, budget }: Agent, balance: bigint): boolean {
  return wants.some((product) => balance - PRODUCTS[product].price < budget.reserve);
}

function refuseParties(spend: Spend, { network, self, payees }: Purse): Refusal | undefined {
  if (spend.payee === self) return 'own-wallet';
  if (!payees.has(spend.payee)) return 'unknown-payee';
  const isOurs =
    spend.operator === network.operator &&
    spend.token === network.usdc &&
    spend.collector === network.tokenCollector;
  return isOurs ? undefined : 'wrong-contract';
}
