import type { Command } from 'commander';
import type { EvmChain } from '#adapters/evm/evm-chain.ts';
import { paymentInfoHash } from '#adapters/evm/payment-info.ts';
import { type PaymentInfo, paymentInfoToJson } from '#contract/escrow.ts';
import { TaskId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print } from './output.ts';

export function addEscrow(program: Command): void {
  withLookFlags(program.command('escrow'))
    .description("What the chain says of a deal's payment, whatever market and books believe.")
    .argument('<taskId>', 'task of the deal')
    .action((taskId: string, flags: LookFlags) => escrow(taskId, flags).catch(fail));
}

async function escrow(text: string, { dir, json }: LookFlags): Promise<void> {
  const taskId = TaskId.safeParse(text).data;
  if (taskId === undefined)
    throw new CannotStart(`${text} is no task id: \`viva deals\` shows those there are.`);
  const { clients } = await economyAt(dir);
  const deals = await Promise.all(ROSTER.map(({ id }) => clients.agents.deal(id, taskId)));
  const deal = deals.find((one) => one?.payment !== undefined);
  if (deal?.payment === undefined)
    throw new CannotStart(`No agent has a payment for task ${taskId}: it was never assigned.`);
  const shown = { taskId, product: deal.product, ...(await onChain(deal.payment, clients.chain)) };
  print(json, shown, () =>
    Object.entries(shown)
      .map(([name, value]) => `${name.padEnd(16)} ${words(value)}`)
      .join('\n'),
  );
}

async function onChain(payment: PaymentInfo, chain: EvmChain) {
  const [state, lock, close] = await Promise.all([
    chain.escrowState(payment),
    chain.lockOf(payment),
    chain.closeOf(payment),
  ]);
  const transfers = close && (await chain.transfersIn(close.tx));
  return {
    paymentInfoHash: paymentInfoHash(chain.network, payment),
    state: close?.kind ?? state.kind,
    capturable: state.kind === 'locked' ? state.capturable.toString() : '0',
    lockTx: lock?.tx ?? '-',
    closeTx: close?.tx ?? '-',
    transfers: (transfers ?? []).map((one) => ({ ...one, value: one.value.toString() })),
    paymentInfo: paymentInfoToJson(payment),
  };
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
