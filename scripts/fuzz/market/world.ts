import { signRequest } from '#adapters/erc8128/sign.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { Hex, TxHash } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Chain } from '#core/ports/chain.ts';
import type { TaskStatus } from '#core/ports/market.ts';

/** What is fuzzed: a market with its chain, and perhaps a storefront. */
export interface Target {
  readonly marketUrl: string;
  readonly storefrontUrl?: string;
  /** Wallets with some USDC, at least three. */
  readonly keys: readonly Hex[];
  readonly now: () => Date;
  readonly chain: Pick<Chain, 'escrowState' | 'closeOf'>;
  /** undefined when the wallet has not enough left. */
  readonly lock: (info: PaymentInfo, payer: EvmWallet) => Promise<TxHash | undefined>;
}

export interface Actor {
  readonly wallet: EvmWallet;
  readonly executorId: string;
}

/** A lock that the market took for a task, by the order in which it did. */
export interface TakenLock {
  readonly tx: string;
  readonly info: PaymentInfo;
}

/** What the fuzzer knows of one task of its own. */
export interface KnownTask {
  readonly id: string;
  readonly publisher: Actor;
  readonly deadline: Date;
  readonly bounty: bigint;
  readonly applicants: Actor[];
  /** Made so that an assignment may name it. */
  offer: { readonly worker: Actor; readonly lock: TakenLock } | undefined;
  worker: Actor | undefined;
  readonly taken: TakenLock[];
  readonly submissions: Set<string>;
  status: TaskStatus;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** undefined when it is none. */
  readonly json: unknown;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  /** JSON text. @default - none */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - unsigned */
  readonly by?: Actor | undefined;
}

/** One bare request, signed when somebody is named. */
export async function ask(target: Target, asked: Asked): Promise<Answered> {
  const { method, url, body, by } = asked;
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...asked.headers,
  };
  const request = { method, url, headers, body };
  const signed = by && (await signRequest(request, signerOf(by.wallet), { now: seconds(target) }));
  const response = await fetch(url, {
    method,
    headers: signed ?? headers,
    redirect: 'manual',
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: parsed(text) };
}

/** Wallets of the target, each registered as a worker. */
export async function actorsOf(target: Target): Promise<readonly Actor[]> {
  return Promise.all(
    target.keys.map(async (key) => {
      const wallet = new EvmWallet(key, NETWORKS.local);
      const body = JSON.stringify({ wallet_address: wallet.address, name: 'fuzz' });
      const url = `${target.marketUrl}/api/v1/workers/register`;
      const { json, status } = await ask(target, { method: 'POST', url, body });
      const executorId = textAt(json, 'data', 'executor_id');
      if (executorId === undefined) throw new Error(`Registering a worker was answered ${status}.`);
      return { wallet, executorId };
    }),
  );
}

function signerOf(wallet: EvmWallet) {
  return {
    chainId: NETWORKS.local.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
}

function seconds({ now }: Target): number {
  return Math.floor(now().getTime() / 1000);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a path of names and places. */
export function at(json: unknown, ...path: readonly (string | number)[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

export function textAt(json: unknown, ...path: readonly (string | number)[]): string | undefined {
  const value = at(json, ...path);
  return typeof value === 'string' ? value : undefined;
}
