import { askBalance } from '#adapters/evm/ask-balance.ts';
import type { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Dealings } from './dealings.ts';

/**
 * The dealings, opened by the first call that needs them: most beats find nothing to do, and ask the chain for a balance alone, which takes
 * no viem.
 */
export function lazyDealings(
  open: () => Promise<Dealings>,
  { network, rpcUrl }: { readonly network: Network; readonly rpcUrl: string },
): Dealings {
  let opened: Promise<Dealings> | undefined;
  const dealings = () => (opened ??= open());
  const chain = async () => (await dealings()).chain;
  return {
    chain: {
      balanceOf: async (of: Address) =>
        (await askBalance(rpcUrl, { token: network.usdc, of })) ?? (await chain()).balanceOf(of),
      transfersIn: async (tx) => (await chain()).transfersIn(tx),
      escrowState: async (info) => (await chain()).escrowState(info),
      lockIn: async (tx) => (await chain()).lockIn(tx),
      lockOf: async (info) => (await chain()).lockOf(info),
      closeOf: async (info) => (await chain()).closeOf(info),
    },
    payments: { paymentOf: async (payment) => (await dealings()).payments.paymentOf(payment) },
    facilitator: {
      lock: async (...signed) => (await dealings()).facilitator.lock(...signed),
      release: async (info) => (await dealings()).facilitator.release(info),
      refund: async (info) => (await dealings()).facilitator.refund(info),
    },
    payer: { reclaim: async (info) => (await dealings()).payer.reclaim(info) },
    identities: {
      own: async (agent) => (await dealings()).identities.own(agent),
      standingOf: async (...asked) => (await dealings()).identities.standingOf(...asked),
    },
    lines: { say: async (line) => (await dealings()).lines.say(line) },
    wakeUps: { wake: async (wakeUp) => (await dealings()).wakeUps.wake(wakeUp) },
  };
}
