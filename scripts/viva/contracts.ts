import type { Command } from 'commander';
import { privateKeyToAccount } from 'viem/accounts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { NETWORKS, type Network } from '#contract/networks.ts';
import { type Deployed, deployMissing } from '../contracts/deploy.ts';
import { type Verified, verifyContracts } from '../contracts/verify.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { refuseOtherChain, siteOf } from '../stage/site.ts';
import { type StageFlags, stageOf, withStage } from '../stage/stages.ts';
import { fail, paint, print, table } from './output.ts';

/** Not the words of a key or of its owner: what the SDK says may quote the secret's name and nothing more. */
const NO_SECRET = 'store {"privateKey":"0x<64 hex digits>"} there first';

interface Flags extends StageFlags {
  readonly facilitator?: string;
  readonly dryRun: boolean;
  readonly mainnet: boolean;
}

export function addContracts(program: Command): void {
  const contracts = program
    .command('contracts')
    .description('The contracts that a stage stands on: puts them on its chain, and checks them.');
  withFacilitator(contracts.command('deploy'))
    .description(
      "Deploys what the stage's chain lacks, with the key in its secret `deployer`; a second run deploys nothing.",
    )
    .option('--dry-run', 'say what would be deployed and where; send nothing', false)
    .option('--mainnet', 'real money: without this nothing is sent to a main network', false)
    .action((flags: Flags) => deploy(flags).catch(fail));
  withFacilitator(contracts.command('verify'))
    .description(
      'Compares the code on chain with the checked-in artefacts; exit code 1 when anything is not as it should be.',
    )
    .action((flags: Flags) => verify(flags).catch(fail));
}

function withFacilitator(command: Command): Command {
  return withStage(command).option(
    '--facilitator <address>',
    "its wallet (default: that of the stage's secret)",
  );
}

async function deploy(flags: Flags): Promise<void> {
  refuseToDeploy(flags);
  const ground = await groundOf(flags);
  const { stage, client, network, facilitator } = ground;
  const account = privateKeyToAccount(await ground.keyOf('deployer'));
  const { dryRun: isDry } = flags;
  const done = await deployMissing({ client, account, network, facilitator, isDry });
  const changed = done.filter(({ name, address }) => network[name] !== address);
  const view = { stage: stage.name, network: network.name, contracts: done, enter: entry(changed) };
  print(flags.json, view, () =>
    [
      table(
        ['CONTRACT', 'ADDRESS', 'STATUS', 'TRANSACTION'],
        done.map(({ name, address, status, tx = '' }) => [name, address, status, tx]),
      ),
      advice(network, changed, isDry),
    ].join('\n\n'),
  );
}

/** Before anybody is asked for anything. */
function refuseToDeploy({ mainnet, ...flags }: Flags): void {
  const stage = stageOf(flags);
  const { name } = stage;
  if (stage.market.kind === 'other')
    throw new CannotStart(
      `Stage ${name} trades on a market of somebody else, whose contracts it uses: there is nothing to deploy.`,
    );
  if (NETWORKS[stage.network].isMainnet && !mainnet)
    throw new CannotStart(
      `Stage ${name} is on ${stage.network}, where money is real: say --mainnet if you mean it.`,
    );
}

function entry(changed: readonly Deployed[]): Record<string, string> {
  return Object.fromEntries(changed.map(({ name, address }) => [name, address]));
}

function advice({ name: network }: Network, changed: readonly Deployed[], isDry: boolean): string {
  if (changed.length === 0) return paint('green', 'Every contract stands where the stage says.');
  if (isDry) return 'Nothing was sent.';
  const lines = changed.map(({ name, address }) => `  ${name}: '${address}',`);
  return `Enter these at '${network}' in layers/contract/networks.ts, then verify:\n${lines.join('\n')}`;
}

async function verify(flags: Flags): Promise<void> {
  const { stage, client, network, facilitator } = await groundOf(flags);
  const contracts = await verifyContracts(client, network, facilitator);
  const ok = contracts.every((one) => one.ok);
  if (!ok) process.exitCode = 1;
  const view = { stage: stage.name, network: network.name, ok, contracts };
  print(flags.json, view, () => verdict(contracts));
}

function verdict(contracts: readonly Verified[]): string {
  const rows = contracts.map(({ name, address, status, ok }) => [
    name,
    address,
    ok ? paint('green', 'ok') : paint('red', 'not ok'),
    status,
  ]);
  return table(['CONTRACT', 'ADDRESS', '', 'CODE'], rows);
}

/** @throws CannotStart when the chain or the facilitator's address cannot be told */
async function groundOf(flags: Flags) {
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const { stage, network, chain } = site;
  const keyOf = (owner: string) => {
    const secret = walletSecretName(stage.name, owner);
    return readWalletSecret(site.secrets, secret).catch((cause: unknown) => {
      throw new CannotStart(`Secret ${secret} gives no key: ${NO_SECRET}.`, { cause });
    });
  };
  const facilitator = await facilitatorOf(flags.facilitator, network, keyOf);
  return { stage, network, client: chain.client, keyOf, facilitator };
}

async function facilitatorOf(
  given: string | undefined,
  { isMainnet, relayers }: Network,
  keyOf: (owner: string) => Promise<`0x${string}`>,
): Promise<Address> {
  if (given === undefined && isMainnet && relayers[0] !== undefined)
    return Address.parse(relayers[0]);
  if (given === undefined)
    return Address.parse(privateKeyToAccount(await keyOf('facilitator')).address);
  const address = Address.safeParse(given);
  if (address.success) return address.data;
  throw new CannotStart(`${given} is no address: --facilitator wants 0x and 40 hex digits.`);
}
