import { join, resolve } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Address } from '#contract/ids.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devAccount } from '../chain/accounts.ts';
import { startChain } from '../chain/chain.ts';
import { explain } from '../cloud/cannot-start.ts';
import { type Cloud, startCloud } from '../cloud/cloud.ts';
import { assemble, ROOMS } from '../economy/assembly.ts';
import { giveKeys } from '../economy/wallets.ts';

const STAGE = 'local';
/** What the market's stack imports from, and itself. */
const STACKS = [`economia-viva-${STAGE}-state`, `economia-viva-${STAGE}-market`];

export interface MarketOptions {
  /** State folder: tables and chain. */
  readonly dir: string;
  /** Of the market's HTTP API. @default 0 - a free one */
  readonly port?: number;
  /** Each line that a room writes. */
  readonly onLog?: (room: string, line: string) => void;
}

/** The stage's market without its agents: HTTP API, rooms, tables, facilitator and chain. */
export interface Market {
  readonly url: string;
  readonly facilitatorUrl: string;
  readonly rpcUrl: string;
  /** Name of its table. */
  readonly table: string;
  readonly cloud: Cloud;
  readonly stop: () => Promise<void>;
}

/** @throws CannotStart with one sentence when folder or port are in use, or the disk is full */
export async function startMarket({ dir, port = 0, onLog }: MarketOptions): Promise<Market> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const assembly = await assemble();
    const chain = await startChain({ dir: resolve(dir, 'chain') });
    closing.push(() => chain.stop());
    const cloud = await startCloud({
      assembly,
      stacks: STACKS,
      dir: join(resolve(dir), 'cloud'),
      roomsDir: ROOMS,
      ports: { [`economia-viva-${STAGE}-market`]: port },
      parameters: {
        RpcUrl: chain.url,
        MarketAddress: Address.parse(devAccount(SERVICE_HD_INDEX.market).address),
      },
      ...(onLog && { onLog }),
    });
    closing.push(() => cloud.stop());
    await giveKeys(secretsOf(cloud), STAGE);
    cloud.scheduler.start();
    return {
      url: outputOf(cloud, 'MarketUrl'),
      facilitatorUrl: outputOf(cloud, 'FacilitatorUrl'),
      rpcUrl: chain.url,
      table: outputOf(cloud, 'MarketTable'),
      cloud,
      stop,
    };
  } catch (error) {
    await stop();
    throw explain(error, `The state folder ${dir}`);
  }
}

function secretsOf({ region, endpoints, credentials }: Cloud): SecretsManagerClient {
  return new SecretsManagerClient({ region, endpoint: endpoints.secrets, credentials });
}

function outputOf({ outputs }: Cloud, name: string): string {
  const value = STACKS.map((stack) => outputs[stack]?.[name]).find((one) => one !== undefined);
  if (value === undefined) throw new Error(`The local stage has no output ${name}.`);
  return value;
}
