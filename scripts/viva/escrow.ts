import type { Command } from 'commander';
import type { EvmChain } from '#adapters/evm/evm-chain.ts';
import { paymentInfoHash } from '#adapters/evm/payment-info.ts';
import { type PaymentInfo, paymentInfoToJson } from '#contract/escrow.ts';
import { formatUsdc } from '#contract/money.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { readAll } from '../local/economy/progress.ts';
import { oneTask } from './deals.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print } from './output.ts';
import { inLine } from './words.ts';

export function addEscrow(program: Command): void {
  withLookFlags(program.command('escrow'))
    .description("What the chain says of a deal's payment, whatever market and books believe.")
    .argument('<task>', 'task id, or enough of its beginning')
    .action((task: string, flags: LookFlags) => escrow(task, flags).catch(fail));
}

async function escrow(text: string, { dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const library = await readAll(clients);
  const taskId = oneTask(library, text);
  const deal = [...library.values()]
    .flatMap(({ deals }) => deals)
    .find((one) => one.taskId === taskId && one.payment !== undefined);
  if (deal?.payment === undefined)
    throw new CannotStart(`No agent has a payment for task ${taskId}: it was never assigned.`);
  const shown = { taskId, product: deal.product, ...(await onChain(deal.payment, clients.chain)) };
  print(json, shown, () => escrowText(shown));
}

async function onChain(payment: PaymentInfo, chain: EvmChain) {
  const [state, lock, close] = await Promise.all([
    chain.escrowState(payment),
    chain.lockOf(payment),
    chain.closeOf(payment),
  ]);
  const transfers = (close && (await chain.transfersIn(close.tx))) ?? [];
  return {
    paymentInfoHash: paymentInfoHash(chain.network, payment),
    state: close?.kind ?? state.kind,
    lockedUsdc: formatUsdc(state.kind === 'locked' ? state.capturable : 0n),
    lockTx: lock?.tx ?? null,
    closeTx: close?.tx ?? null,
    transfers: transfers.map(({ from, to, value }) => ({ from, to, usdc: formatUsdc(value) })),
    paymentInfo: paymentInfoToJson(payment),
  };
}

function escrowText({
  transfers,
  paymentInfo,
  ...facts
}: Awaited<ReturnType<typeof onChain>>): string {
  const line = ([name, value]: readonly [string, unknown]) =>
    `${name.padEnd(20)} ${value === null ? '-' : inLine(value)}`;
  return [
    ...Object.entries(facts).map(line),
    ...transfers.map(({ from, to, usdc }) => line(['transfer', `${usdc} from ${from} to ${to}`])),
    ...Object.entries(paymentInfo).map(line),
  ].join('\n');
}
