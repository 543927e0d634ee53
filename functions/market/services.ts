import type { DynamoCounters } from '#adapters/dynamodb/market/counters.ts';
import type { Nonces, Verified, VerifyOptions } from '#adapters/erc8128/verify.ts';
import type { Registries } from '#adapters/identity/registries.ts';
import type { Network } from '#contract/networks.ts';
import type { Chain } from '#core/ports/chain.ts';
import type { Exchange } from '#core/ports/exchange.ts';
import type { Facilitator } from '#core/ports/facilitator.ts';
import type { Feedbacks } from '#core/ports/feedbacks.ts';

/** One line per outcome. */
export interface Log {
  info(event: string, keys: Readonly<Record<string, unknown>>): void;
  error(event: string, keys: Readonly<Record<string, unknown>>): void;
}

/** What the market works with. */
export interface Services {
  readonly exchange: Exchange;
  readonly nonces: Nonces;
  /** Who signed a request. @default - ERC-8128 */
  readonly verify?: ((options: VerifyOptions) => Promise<Verified>) | undefined;
  readonly chain: Chain;
  readonly facilitator: Facilitator;
  readonly network: Network;
  readonly now: () => Date;
  readonly log: Log;
  /** EM's switch: workers need a session of its identity provider, which we do not have, so their REST calls are 401. */
  readonly requireWorkerAuth: boolean;
  /** ERC-8004 identities on its chain. @default - nobody has one */
  readonly registries?: Pick<Registries, 'holdsAny' | 'identityOf' | 'ownerOf'> | undefined;
  /** Where ratings go on chain. @default - nowhere */
  readonly feedbacks?: Feedbacks | undefined;
  /** EM's switch: who has no identity neither publishes nor applies. @default false */
  readonly requireIdentity?: boolean | undefined;
  /** Of Execution Market's rate limits. @default - no limits but the door's throttling */
  readonly counters?: DynamoCounters | undefined;
}
