import { randomBytes } from 'node:crypto';
import { keccak256 } from 'viem/utils';
import { type SignableRequest, signRequest } from '#adapters/erc8128/sign.ts';
import { verifyRequest } from '#adapters/erc8128/verify.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { signerOf, sign as signHash } from '#adapters/evm/secp256k1.ts';
import { Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { tenths } from '../load.ts';
import { paymentOf } from './deal.ts';

const network = NETWORKS.local;

export interface SignatureRow {
  readonly what: string;
  readonly perSecond: number;
  /** CPU time of one, in ms: what is left when others share the processors. */
  readonly cpuMs: number;
  /** Over the curve alone: one bare signature, or one recovery of who made it. */
  readonly ratio: number;
}

/** Signatures of one process: ERC-8128 of a request with a body, both ways, and an escrow lock's EIP-712. */
export async function signatures(seconds: number): Promise<readonly SignatureRow[]> {
  const key = Hex.parse(`0x${randomBytes(32).toString('hex')}`);
  const wallet = new EvmWallet(key, network);
  const signer = {
    chainId: network.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
  const request: SignableRequest = {
    method: 'POST',
    url: 'http://127.0.0.1:4565/api/v1/tasks',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: '[KK Request] Bench', instructions: 'x'.repeat(500) }),
  };
  const sign = () => signRequest(request, signer, { now: Math.floor(Date.now() / 1000) });
  const { method, url, body } = request;
  const signed = new Request(url, { method, body: Buffer.from(body ?? ''), headers: await sign() });
  const nonces = { consume: () => Promise.resolve(true) };
  const hash = keccak256(randomBytes(32));
  const signature = signHash(hash, key);
  const lock = paymentOf(wallet.address, wallet.address, new Date());

  const bareSign = await speed(() => signHash(hash, key), seconds);
  const bareRecover = await speed(() => signerOf(hash, signature), seconds);
  const verify = async () => {
    const { ok } = await verifyRequest({ request: signed, nonces });
    if (!ok) throw new Error('Our own signature is refused.');
  };
  return [
    row('secp256k1 sign (floor)', bareSign, bareSign),
    row('ERC-8128 sign', await speed(sign, seconds), bareSign),
    row('EIP-712 escrow lock', await speed(() => wallet.signLock(lock), seconds), bareSign),
    row('secp256k1 recover (floor)', bareRecover, bareRecover),
    row('ERC-8128 verify', await speed(verify, seconds), bareRecover),
  ];
}

interface Speed {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** One after the other, after a tenth of the time for V8. */
async function speed(once: () => unknown, seconds: number): Promise<Speed> {
  await repeat(once, seconds * 100);
  const began = performance.now();
  const cpu = process.cpuUsage();
  const times = await repeat(once, seconds * 1000);
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (times * 1000) / (performance.now() - began),
    cpuMs: (user + system) / 1000 / times,
  };
}

async function repeat(once: () => unknown, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let times = 0;
  do {
    await once();
    times += 1;
  } while (performance.now() < until);
  return times;
}

function row(what: string, { perSecond, cpuMs }: Speed, floor: Speed): SignatureRow {
  return {
    what,
    perSecond: tenths(perSecond),
    cpuMs: Math.round(cpuMs * 1000) / 1000,
    ratio: Math.round((cpuMs / floor.cpuMs) * 100) / 100,
  };
}
