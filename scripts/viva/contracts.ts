import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Command, Option } from 'commander';
import { type Client, createClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { getChainId } from 'viem/actions';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { NETWORKS, type Network } from '#contract/networks.ts';
import { local, prod, type StageValues, sandbox } from '../../lib/stages.ts';
import { type Deployed, deployMissing } from '../contracts/deploy.ts';
import { type Verified, verifyContracts } from '../contracts/verify.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, paint, print, table } from './output.ts';

const STAGES = { local, sandbox, prod };
/** Not the words of a key or of its owner: what the SDK says may quote the secret's name and nothing more. */
const NO_SECRET = 'store {"privateKey":"0x<64 hex digits>"} there first';

interface Flags extends LookFlags {
  readonly stage: keyof typeof STAGES;
  readonly rpcUrl?: string;
  readonly facilitator?: string;
  readonly dryRun: boolean;
  readonly mainnet: boolean;
}

export function addContracts(program: Command): void {
  const contracts = program
    .command('contracts')
    .description('The contracts that a stage stands on: puts them on its chain, and checks them.');
  withStage(contracts.command('deploy'))
    .description(
      "Deploys what the stage's chain lacks, with the key in its secret `deployer`; a second run deploys nothing.",
    )
    .option('--dry-run', 'say what would be deployed and where; send nothing', false)
    .option('--mainnet', 'real money: without this nothing is sent to a main network', false)
    .action((flags: Flags) => deploy(flags).catch(fail));
  withStage(contracts.command('verify'))
    .description(
      'Compares the code on chain with the checked-in artefacts; exit code 1 when anything is not as it should be.',
    )
    .action((flags: Flags) => verify(flags).catch(fail));
}

function withStage(command: Command): Command {
  return withLookFlags(command)
    .addOption(
      new Option('--stage <name>', 'the stage').choices(Object.keys(STAGES)).makeOptionMandatory(),
    )
    .option('--rpc-url <url>', "the chain's JSON-RPC (default: the stage's)")
    .option('--facilitator <address>', "its wallet (default: that of the stage's secret)");
}

async function deploy(flags: Flags): Promise<void> {
  refuseToDeploy(flags);
  const site = await siteOf(flags);
  const { stage, client, network } = site;
  const account = privateKeyToAccount(await site.keyOf('deployer'));
  const { facilitator } = site;
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
function refuseToDeploy({ stage: name, mainnet }: Flags): void {
  const stage = STAGES[name];
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
  const { stage, client, network, facilitator } = await siteOf(flags);
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

interface Site {
  readonly stage: StageValues;
  readonly network: Network;
  readonly client: Client;
  readonly facilitator: Address;
  /** @throws CannotStart when the stage has no such key */
  readonly keyOf: (owner: string) => Promise<`0x${string}`>;
}

/** The local stage is the economy in --dir; the others are reached with the AWS credentials of whoever asks. */
async function siteOf({ stage: name, dir, rpcUrl, facilitator }: Flags): Promise<Site> {
  const stage = STAGES[name];
  const network = NETWORKS[stage.network];
  const economy = name === 'local' ? await economyAt(dir) : undefined;
  const secrets = economy?.clients.secrets ?? new SecretsManagerClient({ region: stage.region });
  const keyOf = (owner: string) => {
    const secret = walletSecretName(stage.name, owner);
    return readWalletSecret(secrets, secret).catch((cause: unknown) => {
      throw new CannotStart(`Secret ${secret} gives no key: ${NO_SECRET}.`, { cause });
    });
  };
  const url = rpcUrl ?? economy?.connection.rpcUrl ?? stage.rpcUrl;
  const client = createClient({ transport: http(url) });
  const chainId = await getChainId(client).catch((cause: unknown) => {
    throw new CannotStart(`No chain answers at ${url}: name another node with --rpc-url.`, {
      cause,
    });
  });
  if (chainId !== network.chainId)
    throw new CannotStart(
      `The chain at ${url} is ${chainId}, and stage ${stage.name} is on ${network.chainId}: name its node with --rpc-url.`,
    );
  return {
    stage,
    network,
    client,
    keyOf,
    facilitator: await facilitatorOf(facilitator, network, keyOf),
  };
}

async function facilitatorOf(
  given: string | undefined,
  { isMainnet, relayers }: Network,
  keyOf: Site['keyOf'],
): Promise<Address> {
  if (given === undefined && isMainnet && relayers[0] !== undefined)
    return Address.parse(relayers[0]);
  if (given === undefined)
    return Address.parse(privateKeyToAccount(await keyOf('facilitator')).address);
  const address = Address.safeParse(given);
  if (address.success) return address.data;
  throw new CannotStart(`${given} is no address: --facilitator wants 0x and 40 hex digits.`);
}
