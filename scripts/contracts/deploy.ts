import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, getContractAddress, type Hex, type LocalAccount } from 'viem';
import {
  estimateFeesPerGas,
  estimateGas,
  getCode,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions';
import { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import {
  type Addresses,
  CONTRACTS,
  type ContractName,
  creationOf,
  isForeign,
  runtimeOf,
} from './contracts.ts';

/** How many of the deployer's earlier contracts are looked at. */
const LOOKED_AT = 256;
const RECEIPT_MS = 120_000;
const POLL_MS = 100;

export interface DeployOptions {
  readonly client: Client;
  readonly account: LocalAccount;
  readonly network: Network;
  readonly facilitator: Hex;
  /** Says what it would do, and sends nothing. */
  readonly isDry?: boolean;
}

/** `there` stood there before; `foreign` does too, and is not of our making. */
export interface Deployed {
  readonly name: ContractName;
  readonly address: Address;
  readonly status: 'there' | 'foreign' | 'deployed' | 'would-deploy';
  readonly tx?: Hex;
}

/**
 * Deploys what the network lacks. What the deployer made before is found by its code, so a second run deploys nothing, and one that was
 * cut goes on. @throws CannotStart when a transaction of the deployer is still on its way
 */
export async function deployMissing(options: DeployOptions): Promise<readonly Deployed[]> {
  const { client, account, network, facilitator } = options;
  const { escrow, tokenCollector, operator, usdc, identity, reputation } = network;
  const at = { escrow, tokenCollector, operator, usdc, identity, reputation };
  const nonces = await noncesOf(client, account.address);
  const earlier = await contractsOf(client, account.address, nonces);
  const done: Deployed[] = [];
  for (const name of CONTRACTS) {
    const creation = creationOf(name, at, facilitator);
    const runtime = await runtimeOf(client, creation);
    const found = await standing(name, runtime, { at, earlier, ...options });
    const fresh = done.filter(({ status }) => status.endsWith('deploy')).length;
    const made = found ?? (await make({ name, creation }, { ...options, nonce: nonces + fresh }));
    at[name] = made.address;
    done.push(made);
  }
  return done;
}

async function noncesOf(client: Client, address: Hex): Promise<number> {
  const [mined, all] = await Promise.all([
    getTransactionCount(client, { address }),
    getTransactionCount(client, { address, blockTag: 'pending' }),
  ]);
  if (all > mined)
    throw new CannotStart(
      `${all - mined} transactions of the deployer ${address} are on their way: run it again when they are mined.`,
    );
  return mined;
}

/** Everything that this account ever deployed, by its code. */
async function contractsOf(
  client: Client,
  from: Hex,
  nonces: number,
): Promise<ReadonlyMap<string, Hex>> {
  const contracts = new Map<string, Hex>();
  for (let nonce = Math.max(0, nonces - LOOKED_AT); nonce < nonces; nonce++) {
    const address = getContractAddress({ from, nonce: BigInt(nonce) });
    const code = await getCode(client, { address });
    if (code !== undefined && !contracts.has(code)) contracts.set(code, address);
  }
  return contracts;
}

async function standing(
  name: ContractName,
  runtime: Hex,
  {
    client,
    network,
    at,
    earlier,
  }: Pick<DeployOptions, 'client' | 'network'> & {
    readonly at: Addresses;
    readonly earlier: ReadonlyMap<string, Hex>;
  },
): Promise<Deployed | undefined> {
  const code = await getCode(client, { address: at[name] });
  const address = Address.parse(at[name]);
  if (code === runtime) return { name, address, status: 'there' };
  if (code !== undefined && isForeign(name, network)) return { name, address, status: 'foreign' };
  const before = earlier.get(runtime);
  return before && { name, address: Address.parse(before), status: 'there' };
}

async function make(
  { name, creation }: { readonly name: ContractName; readonly creation: Hex },
  { client, account, network, isDry = false, nonce }: DeployOptions & { readonly nonce: number },
): Promise<Deployed> {
  if (isDry) {
    const next = getContractAddress({ from: account.address, nonce: BigInt(nonce) });
    return { name, address: Address.parse(next), status: 'would-deploy' };
  }
  const [gas, fees, next] = await Promise.all([
    estimateGas(client, { account: account.address, data: creation }),
    estimateFeesPerGas(client),
    getTransactionCount(client, { address: account.address }),
  ]);
  const serializedTransaction = await account.signTransaction({
    type: 'eip1559',
    chainId: network.chainId,
    nonce: next,
    gas: (gas * 6n) / 5n,
    data: creation,
    maxFeePerGas: fees.maxFeePerGas,
    maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
  });
  const tx = await sendRawTransaction(client, { serializedTransaction });
  return { name, address: await addressIn(client, tx), status: 'deployed', tx };
}

async function addressIn(client: Client, hash: Hex): Promise<Address> {
  for (let waited = 0; ; waited += POLL_MS) {
    const receipt = await getTransactionReceipt(client, { hash }).catch(() => undefined);
    if (receipt?.status === 'success') return Address.parse(receipt.contractAddress);
    if (receipt) throw new Error(`The deployment ${hash} was reverted.`);
    if (waited > RECEIPT_MS)
      throw new CannotStart(`The deployment ${hash} is not mined yet: run it again later.`);
    await sleep(POLL_MS);
  }
}
