import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { replacedSecretName } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { drain, type Locked, lockedDeals, lockedText, tellLocked } from '../stage/drain.ts';
import { halt, resume } from '../stage/halt.ts';
import { walletOf, walletsOf } from '../stage/keys.ts';
import { run } from '../stage/run.ts';
import { refuseOtherChain, type Site, siteOf } from '../stage/site.ts';
import { withStage } from '../stage/stages.ts';
import { type Moved, moveUsdc } from '../stage/wallets/move.ts';
import { type MoveFlags, movable, movedText, sweepOrders, termsOf } from './moving.ts';
import { wholeNumber } from './options.ts';
import { fail, paint, print } from './output.ts';

const BECAUSE = 'the stage is being destroyed';
/** How long the local economy may take to end, in ms. */
const END_MS = 20_000;

export interface DestroyFlags extends MoveFlags {
  readonly patience: number;
  readonly force: boolean;
  readonly reason?: string;
}

export interface Destroyed {
  readonly stage: string;
  /** What still lies in escrow. */
  readonly locked: readonly Locked[];
  readonly swept: readonly Moved[];
  readonly status: 'would-destroy' | 'destroyed';
  /** Why it was destroyed although money lies in escrow. */
  readonly reason?: string;
}

export function addDestroy(program: Command): void {
  movable(withStage(program.command('destroy')))
    .description(
      'Takes a stage down: nobody buys any more, escrows empty, wallets are swept to the treasury, then its stacks go. Keys stay.',
    )
    .option('--patience <seconds>', 'how long to wait for escrows', wholeNumber, 300)
    .option('--force', 'also while money lies in escrow; wants --reason', false)
    .option('--reason <words>', 'why the escrows are not waited for')
    .action((flags: DestroyFlags) => destroy(flags).catch(fail));
}

async function destroy(flags: DestroyFlags): Promise<void> {
  if (flags.force && (flags.reason ?? '').trim() === '')
    throw new CannotStart('--force leaves money in escrow: say why with --reason "<words>".');
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const done = flags.dryRun ? await plan(site, flags) : await carryOut(site, flags);
  print(flags.json, done, () => destroyedText(site, done));
}

async function plan(site: Site, flags: DestroyFlags): Promise<Destroyed> {
  const locked = await lockedDeals(site);
  return {
    stage: site.stage.name,
    locked,
    swept: await sweepAll(site, flags),
    status: 'would-destroy',
  };
}

/** Nobody buys any more, escrows empty, keys that may still be needed are kept, wallets are swept, and only then it is taken down. @throws CannotStart while money lies in escrow */
export async function carryOut(site: Site, flags: DestroyFlags): Promise<Destroyed> {
  const isOurs = await halt(site, BECAUSE);
  const locked = await drain(site, {
    patienceMs: flags.force ? 0 : flags.patience * 1000,
    onLocked: tellLocked,
  });
  if (locked.length > 0 && !flags.force) {
    if (isOurs) await resume(site, BECAUSE);
    throw new CannotStart(
      `Nothing was destroyed: ${locked.map(lockedText).join('; ')}. Wait and run it again, or give --force with --reason; the buyer's key can reclaim after that time.`,
    );
  }
  await keepKeys(site, locked);
  const swept = await sweepAll(site, flags);
  await takeDown(site, flags);
  const { reason } = flags;
  const { name: stage } = site.stage;
  return { stage, locked, swept, status: 'destroyed', ...(reason !== undefined && { reason }) };
}

/** Only its buyer's key brings back what is locked, and a stage's stacks may take their secrets with them. */
async function keepKeys(site: Site, locked: readonly Locked[]): Promise<void> {
  for (const buyer of new Set(locked.map((deal) => deal.buyer))) {
    const { key } = await walletOf(site, buyer);
    const name = replacedSecretName(site.stage.name, buyer, 'before');
    await storeWalletSecret(site.secrets, name, key);
  }
}

async function sweepAll(site: Site, flags: DestroyFlags): Promise<readonly Moved[]> {
  const { address: to } = await walletOf(site, 'treasury');
  const held = await walletsOf(site);
  const orders = sweepOrders(
    ROSTER.map(({ id }) => id),
    { held, to, keep: 0n },
  );
  const swept: Moved[] = [];
  for (const order of orders) swept.push(await moveUsdc(site, order, termsOf(site, flags, [to])));
  return swept;
}

/** The local stage is its process and its folder; of others the stacks go, and what they retain is said by the CDK. */
async function takeDown({ stage, connection }: Site, { dir }: DestroyFlags): Promise<void> {
  if (connection === undefined) {
    await run('cdk', ['destroy', '--all', '--force', '-c', `stage=${stage.name}`]);
    return;
  }
  process.kill(connection.pid, 'SIGTERM');
  const until = Date.now() + END_MS;
  while (isAlive(connection.pid)) {
    if (Date.now() > until)
      throw new CannotStart(
        `Process ${connection.pid} does not end: stop it, then remove ${resolve(dir)}.`,
      );
    await sleep(100);
  }
  // keys stay, as they do on AWS
  for (const part of ['cloud/dynamodb', 'cloud/s3', 'connection.json', 'irc.jsonl'])
    await rm(join(resolve(dir), part), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function destroyedText({ stage, connection }: Site, { locked, swept, status }: Destroyed): string {
  const rest =
    connection === undefined
      ? '`cdk destroy --all`'
      : 'its process and state folder go; the chain stays';
  return [
    ...locked.map((deal) => paint('yellow', lockedText(deal))),
    movedText(swept),
    status === 'destroyed'
      ? `Stage ${stage.name} is gone.`
      : `Would destroy stage ${stage.name}: halt, empty ${locked.length} escrows, sweep, then ${rest}.`,
  ].join('\n');
}
