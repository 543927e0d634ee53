import type { Command } from 'commander';
import type { Address } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { ownersOf, walletsOf } from '../stage/keys.ts';
import { refuseOtherChain, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { createWallets } from '../stage/wallets/create.ts';
import { importWallets, readBrought } from '../stage/wallets/import-key.ts';
import { addMoves, type DryFlags, dryable } from './moving.ts';
import { fail, print, table } from './output.ts';

export function addWallets(program: Command): void {
  const wallets = program
    .command('wallets')
    .description("A stage's wallets, whose keys live in Secrets Manager and are never shown.");
  withStage(wallets.command('list'))
    .description('Who has a wallet, and what it holds.')
    .action((flags: StageFlags) => list(flags).catch(fail));
  dryable(withStage(wallets.command('create')))
    .description('A wallet for everybody who has none, by the HD indices of one seed of the stage.')
    .action((flags: DryFlags) => create(flags).catch(fail));
  dryable(withStage(wallets.command('import')))
    .description(
      'Takes a key (or a seed, for everybody at their HD index) from stdin or from a file that only its owner may read.',
    )
    .argument('[owner]', 'whose it is: an agent, or one of the services')
    .option('--file <file>', 'a file with mode 600 (default: stdin)')
    .action((owner: string | undefined, flags: DryFlags & { readonly file?: string }) =>
      bring(owner, flags).catch(fail),
    );
  addMoves(wallets);
}

async function list(flags: StageFlags): Promise<void> {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const held = await walletsOf(site);
  const rows = await Promise.all(
    ownersOf(site).map(async ({ name, hdIndex }) => {
      const wallet = held.get(name)?.address;
      const balance = wallet === undefined ? 0n : await site.chain.balanceOf(wallet);
      return { owner: name, hdIndex, wallet: wallet ?? null, usdc: formatUsdc(balance) };
    }),
  );
  print(flags.json, rows, () =>
    table(
      ['OWNER', 'INDEX', 'USDC', 'WALLET'],
      rows.map((row) => [row.owner, String(row.hdIndex), row.usdc, row.wallet ?? 'none yet']),
    ),
  );
}

async function create(flags: DryFlags): Promise<void> {
  const made = await createWallets(await siteOf(flags), flags.dryRun);
  print(flags.json, made, () => owners(made));
}

async function bring(
  owner: string | undefined,
  flags: DryFlags & { readonly file?: string },
): Promise<void> {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const brought = await readBrought(flags.file);
  const done = await importWallets(site, brought, { owner, isDry: flags.dryRun });
  print(flags.json, done, () => owners(done));
}

function owners(
  rows: readonly { readonly owner: string; readonly address?: Address; readonly status: string }[],
): string {
  return table(
    ['OWNER', 'STATUS', 'WALLET'],
    rows.map(({ owner, status, address: wallet }) => [owner, status, wallet ?? 'from a new seed']),
  );
}
