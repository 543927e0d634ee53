import { type Command, InvalidArgumentError } from 'commander';
import { Address, type AgentId } from '#contract/ids.ts';
import { parseUsdc } from '#contract/money.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { walletOf, walletsOf } from '../stage/keys.ts';
import { refuseOtherChain, type Site, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { type Moved, type MoveOrder, type MoveTerms, moveUsdc } from '../stage/wallets/move.ts';
import { rotate } from '../stage/wallets/rotate.ts';
import { agentId, wholeNumber } from './options.ts';
import { fail, paint, print, table } from './output.ts';

export interface DryFlags extends StageFlags {
  readonly dryRun: boolean;
}

export interface MoveFlags extends DryFlags {
  readonly mainnet: boolean;
}

/** What moves money; all of it can be tried with `--dry-run`. */
export function addMoves(wallets: Command): void {
  movable(withStage(wallets.command('fund')))
    .description('Tops agents up from the treasury: run twice, it moves once.')
    .argument('[agents...]', 'who (default: all who buy)', agentIds)
    .option(
      '--up-to <usdc>',
      'how much they shall hold (default: reserve and a day’s budget)',
      usdc,
    )
    .action((agents: readonly AgentId[], flags: FundFlags) => fund(agents, flags).catch(fail));
  movable(withStage(wallets.command('sweep')))
    .description('Takes what agents hold to the treasury.')
    .argument('[agents...]', 'whose (default: all)', agentIds)
    .option('--to <address>', 'to another wallet', address)
    .option('--keep <usdc>', 'how much each keeps', usdc, 0n)
    .action((agents: readonly AgentId[], flags: SweepFlags) => sweep(agents, flags).catch(fail));
  movable(withStage(wallets.command('rotate')))
    .description('A new key for one agent; waits until no escrow of its holds money.')
    .argument('<agent>', 'id of the agent', agentId)
    .option('--patience <seconds>', 'how long to wait for escrows', wholeNumber, 120)
    .action((agent: AgentId, flags: RotateFlags) => rotateOne(agent, flags).catch(fail));
}

export function dryable(command: Command): Command {
  return command.option('--dry-run', 'say what would be done; do nothing', false);
}

export function movable(command: Command): Command {
  return dryable(command).option(
    '--mainnet',
    'real money: with VIVA_MAINNET=<network> in the environment, or nothing moves on a main network',
    false,
  );
}

function agentIds(text: string, before: readonly AgentId[] = []): readonly AgentId[] {
  return [...before, agentId(text)];
}

function usdc(text: string): bigint {
  const micro = parseUsdc(text);
  if (micro !== undefined && micro >= 0n) return micro;
  throw new InvalidArgumentError(`${text} should be an amount of USDC, such as 2.5.`);
}

function address(text: string): Address {
  const parsed = Address.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`${text} should be 0x and 40 hex digits.`);
}

interface FundFlags extends MoveFlags {
  readonly upTo?: bigint;
}

async function fund(chosen: readonly AgentId[], flags: FundFlags): Promise<void> {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const from = await walletOf(site, 'treasury');
  const buyers = ROSTER.filter(({ wants }) => wants.length > 0).map(({ id }) => id);
  const held = await walletsOf(site);
  const orders = (chosen.length > 0 ? chosen : buyers).map((agent): MoveOrder => {
    const { reserve, perDay } = agentOf(agent).budget;
    const target = flags.upTo ?? reserve + perDay;
    const to = held.get(agent)?.address;
    if (to === undefined)
      throw new CannotStart(
        `${agent} has no wallet: \`viva wallets create --stage ${flags.stage}\` first.`,
      );
    return { agent, from, to, direction: 'in', amountOf: (balances) => target - balances.to };
  });
  const payees = [...held.values()].map((one) => one.address);
  await moveEach(site, orders, { flags, payees });
}

interface SweepFlags extends MoveFlags {
  readonly to?: Address;
  readonly keep: bigint;
}

async function sweep(chosen: readonly AgentId[], flags: SweepFlags): Promise<void> {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const to = flags.to ?? (await walletOf(site, 'treasury')).address;
  const agents = chosen.length > 0 ? chosen : ROSTER.map(({ id }) => id);
  const held = await walletsOf(site);
  const orders = sweepOrders(agents, { held, to, keep: flags.keep });
  await moveEach(site, orders, { flags, payees: [to] });
}

/** Whoever has a wallet is swept. */
export function sweepOrders(
  agents: readonly AgentId[],
  {
    held,
    to,
    keep,
  }: {
    readonly held: Awaited<ReturnType<typeof walletsOf>>;
    readonly to: Address;
    readonly keep: bigint;
  },
): readonly MoveOrder[] {
  return agents.flatMap((agent) => {
    const from = held.get(agent);
    if (from === undefined) return [];
    return [
      { agent, from, to, direction: 'out' as const, amountOf: (balances) => balances.from - keep },
    ];
  });
}

/** Real money moves only when the command and the setting both say so. */
export function termsOf(
  { network }: Pick<Site, 'network'>,
  { dryRun, mainnet }: Pick<MoveFlags, 'dryRun' | 'mainnet'>,
  payees: readonly Address[],
): MoveTerms {
  const isMainnetMeant = mainnet && process.env['VIVA_MAINNET'] === network.name;
  return { payees: new Set(payees), isMainnetMeant, isDry: dryRun };
}

/** One after the other: each waits for its agent's beat. The first that fails ends it; run again, it goes on. */
async function moveEach(
  site: Site,
  orders: readonly MoveOrder[],
  { flags, payees }: { readonly flags: MoveFlags; readonly payees: readonly Address[] },
): Promise<void> {
  const moved: Moved[] = [];
  for (const order of orders) moved.push(await moveUsdc(site, order, termsOf(site, flags, payees)));
  print(flags.json, moved, () => movedText(moved));
}

export function movedText(moved: readonly Moved[]): string {
  const rows = moved.map(({ agent, usdc: amount, status, to, tx = '' }) => [
    agent,
    status,
    amount,
    to,
    tx,
  ]);
  return table(['AGENT', 'STATUS', 'USDC', 'TO', 'TRANSACTION'], rows);
}

interface RotateFlags extends MoveFlags {
  readonly patience: number;
}

async function rotateOne(agent: AgentId, flags: RotateFlags): Promise<void> {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const terms = termsOf(site, flags, []);
  const done = await rotate(site, agent, { ...terms, patienceMs: flags.patience * 1000 });
  print(flags.json, done, () =>
    [
      `${agent}: ${done.before} -> ${done.after ?? 'a new wallet'}`,
      ...(done.moved === undefined ? [] : [movedText([done.moved])]),
      paint('bold', flags.dryRun ? 'It would mean:' : 'What it means:'),
      ...done.consequences.map((words) => `  - ${words}`),
    ].join('\n'),
  );
}
