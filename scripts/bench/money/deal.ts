import { randomBytes } from 'node:crypto';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { type Address, Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Answer } from '#core/ports/market.ts';
import { devPrivateKey } from '../../local/chain/accounts.ts';
import type { Addresses } from '../market/alone.ts';

const network = NETWORKS.local;
const DAY_SECONDS = 86_400;
/** EM's smallest bounty: the first USDC of a wallet last for many. */
const BOUNTY = 10_000n;

/** One wallet of the roster at a market: the chain has given it its first USDC. */
export interface Party {
  readonly wallet: EvmWallet;
  readonly market: EmMarket;
}

export function partyAt({ url }: Addresses, hdIndex: number): Party {
  const wallet = new EvmWallet(Hex.parse(devPrivateKey(hdIndex)), network);
  const signer = {
    chainId: network.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
  const market = new EmMarket({ url, signer, now: () => new Date(), network: 'base-sepolia' });
  return { wallet, market };
}

/** One bounty from its publication to the seller's money: nine signed requests, a lock and a release on the chain. */
export async function deal(
  { buyer, seller }: { readonly buyer: Party; readonly seller: Party },
  { facilitatorUrl }: Addresses,
): Promise<void> {
  const { executorId } = known(await seller.market.register('bench'));
  const task = known(
    await buyer.market.publish(
      {
        title: '[KK Request] Bench',
        instructions: 'Nothing is wanted: a benchmark published this bounty.',
        bounty: BOUNTY,
        deadlineHours: 1,
        skills: [],
        agentName: 'bench',
      },
      randomBytes(12).toString('hex'),
    ),
  );
  known(await seller.market.apply(task.id, { executorId, message: 'bench' }));
  known(await buyer.market.applications(task.id));
  const paymentInfo = paymentOf(buyer.wallet.address, seller.wallet.address, task.deadline);
  const authorization = await buyer.wallet.signLock(paymentInfo);
  const facilitator = new HttpFacilitator({ url: facilitatorUrl, network });
  const locked = await facilitator.lock(paymentInfo, authorization);
  if (locked.kind !== 'settled') throw new Error(`Not locked: ${locked.reason}`);
  known(await buyer.market.assign(task.id, { executorId, escrowTx: locked.tx, paymentInfo }));
  const evidence = { json_response: { sha256: 'ab', records: 3 } };
  known(await seller.market.submit(task.id, { executorId, evidence, notes: '' }));
  const [submission] = known(await buyer.market.submissions(task.id));
  if (!submission) throw new Error('What was submitted is not there.');
  known(await buyer.market.approve(submission.id, { score: 90, notes: 'as promised' }));
}

export function paymentOf(payer: Address, receiver: Address, deadline: Date): PaymentInfo {
  const end = Math.ceil(deadline.getTime() / 1000);
  return {
    operator: network.operator,
    payer,
    receiver,
    token: network.usdc,
    maxAmount: BOUNTY,
    preApprovalExpiry: end,
    authorizationExpiry: end + 7 * DAY_SECONDS,
    refundExpiry: end + 14 * DAY_SECONDS,
    minFeeBps: 0,
    maxFeeBps: 1800,
    feeReceiver: network.operator,
    salt: Hex.parse(`0x${randomBytes(32).toString('hex')}`),
  };
}

function known<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(`The market answered ${answer.error.status}: ${answer.error.reason}`);
}
