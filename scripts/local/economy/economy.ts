import { appendFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Address } from '#contract/ids.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devAccount } from '../chain/accounts.ts';
import { startChain } from '../chain/chain.ts';
import { CREDENTIALS } from '../cloud/aws.ts';
import { explain } from '../cloud/cannot-start.ts';
import { type Cloud, startCloud } from '../cloud/cloud.ts';
import { lockFolder } from '../cloud/lock.ts';
import { makeFolder } from '../cloud/make-folder.ts';
import { startIrcd } from '../irc/server.ts';
import { assemble, ROOMS } from './assembly.ts';
import { type Clients, type Connection, connect, writeConnection } from './connection.ts';
import type { Ports } from './ports.ts';
import { giveCommandKey, giveWallets } from './wallets.ts';

const STAGE = 'local';
const HOST = '127.0.0.1';

export interface EconomyOptions {
  /** State folder: tables, objects, chain, secrets. */
  readonly dir: string;
  /** Forget what the folder holds. */
  readonly isFresh: boolean;
  readonly ports: Ports;
  /** How many times faster schedules go: at 150 a beat every five minutes is one every two seconds. */
  readonly speed: number;
  /** Each line that a room writes. */
  readonly onLog: (room: string, line: string) => void;
  readonly onIrcLine: (line: {
    readonly nick: string;
    readonly channel: string;
    readonly text: string;
  }) => void;
}

/** The whole economy on this machine, its schedules not yet started. */
export interface Economy {
  readonly connection: Connection;
  readonly clients: Clients;
  readonly cloud: Cloud;
  readonly stop: () => Promise<void>;
}

/** IRC lines as they were heard, one JSON object a line. */
export const IRC_LOG = 'irc.jsonl';
const RELAY = 'irc-relay';

/** @throws CannotStart with one sentence when folder or ports are in use, or the disk is full */
export async function startEconomy(options: EconomyOptions): Promise<Economy> {
  const dir = resolve(options.dir);
  const closing: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    await makeFolder(dir);
    const lock = lockFolder(dir, new Date());
    closing.push(() => {
      lock.release();
    });
    if (options.isFresh)
      for (const part of ['cloud', 'chain', RELAY, IRC_LOG])
        rmSync(join(dir, part), { recursive: true, force: true });
    return await open({ ...options, dir }, closing, stop);
  } catch (error) {
    await stop();
    throw explain(error, `The state folder ${dir}`);
  }
}

async function open(
  { dir, ports, speed, onLog, onIrcLine }: EconomyOptions,
  closing: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<Economy> {
  const [assembly, chain] = await Promise.all([
    assemble(),
    startChainAt(join(dir, 'chain'), ports.chain, closing),
  ]);
  const ircd = await startIrcdAt(ports.irc, closing, (line) => {
    appendFileSync(join(dir, IRC_LOG), `${JSON.stringify(line)}\n`);
    onIrcLine(line);
  });
  const api = (name: string) => `economia-viva-${STAGE}-${name}`;
  const { market, storefront, facilitator, ...services } = ports;
  const cloud = await startCloud({
    assembly,
    dir: join(dir, 'cloud'),
    roomsDir: ROOMS,
    ports: {
      ...services,
      [api('market')]: market,
      [api('storefront')]: storefront,
      [api('facilitator')]: facilitator,
    },
    parameters: {
      RpcUrl: chain.url,
      IrcServers: `${HOST}:${ircd.port}`,
      RelayDir: join(dir, RELAY),
      MarketAddress: Address.parse(devAccount(SERVICE_HD_INDEX.market).address),
    },
    speed,
    onLog,
  });
  closing.push(() => cloud.stop());

  const connection = connectionOf(cloud, {
    rpcUrl: chain.url,
    irc: { host: HOST, port: ircd.port },
  });
  const clients = connect(connection, CREDENTIALS);
  await giveWallets(clients.secrets, clients.agents, STAGE);
  await giveCommandKey(clients.secrets, STAGE);
  await writeConnection(dir, connection);
  return { connection, clients, cloud, stop };
}

async function startIrcdAt(
  port: number,
  closing: (() => unknown)[],
  onLine: EconomyOptions['onIrcLine'],
) {
  const ircd = await startIrcd({ port, onLine }).catch((error: unknown) => {
    throw explain(error, `IRC port ${port}`);
  });
  closing.push(() => ircd.stop());
  return ircd;
}

async function startChainAt(dir: string, port: number, closing: (() => unknown)[]) {
  const chain = await startChain({ dir, port }).catch((error: unknown) => {
    throw explain(error, `Chain port ${port}`);
  });
  closing.push(() => chain.stop());
  return chain;
}

function connectionOf(cloud: Cloud, outside: Pick<Connection, 'rpcUrl' | 'irc'>): Connection {
  const output = (name: string): string => {
    const value = Object.values(cloud.outputs).find((outputs) => outputs[name] !== undefined)?.[
      name
    ];
    if (value === undefined) throw new Error(`The local stage has no output ${name}.`);
    return value;
  };
  const { dynamodb, s3, sqs, secrets, lambda } = cloud.endpoints;
  return {
    pid: process.pid,
    region: cloud.region,
    endpoints: { dynamodb, s3, sqs, secrets, lambda },
    marketUrl: output('MarketUrl'),
    storefrontUrl: output('StorefrontUrl'),
    facilitatorUrl: output('FacilitatorUrl'),
    economyTable: output('EconomyTable'),
    marketTable: output('MarketTable'),
    dataBucket: output('DataBucket'),
    ...outside,
  };
}
