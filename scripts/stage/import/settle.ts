import { S3Client } from '@aws-sdk/client-s3';
import { EmHttp } from '#adapters/em/em-http.ts';
import { RestWorker } from '#adapters/em/worker-rest.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { Registries } from '#adapters/identity/registries.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { type Held, walletsOf } from '../keys.ts';
import { withLease } from '../lease.ts';
import { PATIENT, type Place, type Site, storesOf } from '../site.ts';
import type { Census, Settler } from './census.ts';
import { heldFrom, type Keys, storeKeys } from './keys.ts';
import { type CopiedLogs, copyLogs } from './logs.ts';

/** The contract of `--json`. Problems are sentences, and while there is one nothing is written. */
export interface Settled {
  readonly stage: string;
  readonly status: 'refused' | 'would-import' | 'imported';
  readonly agents: readonly {
    readonly agent: string;
    readonly wallet: string;
    readonly key: 'there' | 'brought' | 'missing';
    readonly identity?: string | undefined;
    readonly executorId?: string | undefined;
  }[];
  /** Absent before the stage is deployed, and where the census has no bucket. */
  readonly logs?: CopiedLogs & { readonly bucket: string };
  readonly problems: readonly string[];
  /** What waits for the stage's first deployment. */
  readonly later: readonly string[];
}

interface Checked extends Settler {
  readonly held: Held | undefined;
  readonly key: 'there' | 'brought' | 'missing';
}

/** Looks at everything before anything is written; run again it finds what is there and goes on. Prints and throws no key. */
export async function settle(
  site: Site,
  { settlers, ...census }: Census,
  { keys, isDry }: { readonly keys: Keys | undefined; readonly isDry: boolean },
): Promise<Settled> {
  const checked = heldBy(settlers, keys, await walletsOf(site));
  const place = await deployed(site);
  const problems = await problemsOf(site, checked, isDry ? undefined : place);
  const seen = {
    stage: site.stage.name,
    agents: checked.map(({ agent, wallet, key, identity, executorId }) => {
      return { agent, wallet, key, identity, executorId };
    }),
    problems,
    later: place ? [] : LATER,
  };
  if (problems.length > 0) return { ...seen, status: 'refused' };
  if (keys !== undefined) await storeKeys(site, keys, isDry);
  const logs = place && (await moveIn(site, place, { checked, ...census, isDry }));
  return { ...seen, status: isDry ? 'would-import' : 'imported', ...(logs && { logs }) };
}

/** What was brought for an agent goes before what it has. */
function heldBy(
  settlers: readonly Settler[],
  keys: Keys | undefined,
  there: ReadonlyMap<string, Held>,
): readonly Checked[] {
  return settlers.map((one) => {
    const was = there.get(one.agent);
    const held = heldFrom(keys, one.agent) ?? was;
    const isThere = held !== undefined && was?.address === held.address;
    return { ...one, held, key: isThere ? 'there' : held ? 'brought' : 'missing' };
  });
}

/** The market is asked only where there is one, and when it is meant: it makes a worker of whom it does not know. */
async function problemsOf(
  site: Site,
  checked: readonly Checked[],
  place: Place | undefined,
): Promise<readonly string[]> {
  const workers = place ? await workersOf(site, place, checked) : new Map<AgentId, string>();
  const identities = await Promise.all(checked.map((one) => identityProblems(site, one)));
  return [
    ...checked.flatMap(keyProblems),
    ...identities.flat(),
    ...checked.flatMap((one) => workerProblems(one, workers.get(one.agent))),
  ];
}

/** Memory and logs, once there is a table and a bucket. */
async function moveIn(
  site: Site,
  place: Place,
  {
    checked,
    isDry,
    ...census
  }: Omit<Census, 'settlers'> & { readonly checked: readonly Checked[]; readonly isDry: boolean },
): Promise<Settled['logs']> {
  if (!isDry) for (const one of checked) await remember(site, one);
  return bring(site, place, { ...census, isDry });
}

const LATER = ['executor ids', 'ERC-8004 ids in the agents’ memory', 'logs'];

/** Undefined before the first deployment. */
async function deployed(site: Site): Promise<Place | undefined> {
  return site.place().catch((error: unknown) => {
    if (error instanceof CannotStart && error.message.includes('is not deployed')) return undefined;
    throw error;
  });
}

function keyProblems({ agent, wallet, held }: Checked): string[] {
  if (held === undefined)
    return [
      `${agent} has no key: bring it with --keys or --keys-secret, or \`viva wallets import\``,
    ];
  if (held.address === wallet) return [];
  return [`the key of ${agent} is of ${held.address}, and the census says ${wallet}: one is wrong`];
}

async function identityProblems(
  { chain, stage }: Site,
  { agent, wallet, identity }: Checked,
): Promise<string[]> {
  if (identity === undefined) return [];
  const named = stage.identities?.[agent];
  if (named !== undefined && named !== identity)
    return [`${agent} is ${identity} in the census and ${named} in lib/stages.ts: correct one`];
  const registries = new Registries(chain);
  if (await registries.confirm(BigInt(identity), wallet)) return [];
  const owner = await registries.ownerOf(BigInt(identity));
  return [
    `ERC-8004 identity ${identity} is ${owner === undefined ? 'nobody’s' : `of ${owner}`} and not of ${agent} (${wallet}): hand it over, or take it out of the census`,
  ];
}

/** The market's worker ids, where the census names one: whoever it knows is not made anew. @throws CannotStart when it does not say */
async function workersOf(
  { network }: Site,
  { marketUrl: url }: Place,
  all: readonly Checked[],
): Promise<ReadonlyMap<AgentId, string>> {
  const workers = new Map<AgentId, string>();
  for (const { agent, wallet, executorId, held } of all) {
    if (executorId === undefined || held?.address !== wallet) continue;
    const own = new EvmWallet(held.key, network);
    const signMessage = (bytes: Uint8Array) => own.signMessage(bytes);
    const signer = { chainId: network.chainId, address: wallet, signMessage };
    const market = new RestWorker(new EmHttp({ url, signer, now: () => new Date() }), wallet);
    const answer = await market.register(agent);
    if (!answer.ok)
      throw new CannotStart(
        `The market at ${url} does not say who ${agent} is (${answer.error.reason}): nothing was written; run it again.`,
      );
    workers.set(agent, answer.value.executorId);
  }
  return workers;
}

function workerProblems({ agent, wallet, executorId }: Checked, found: string | undefined) {
  if (found === undefined || found === executorId) return [];
  return [
    `the market knows ${agent} (${wallet}) as worker ${found}, and the census says ${executorId ?? ''}: correct the census`,
  ];
}

/** Its first beat then neither registers nor searches. */
async function remember(site: Site, { agent, executorId, identity }: Checked): Promise<void> {
  const { agents } = await storesOf(site);
  await withLease({ agents, agent }, async (lease) => {
    const view = { day: new Date().toISOString().slice(0, 10), generation: undefined };
    const { state } = await agents.load(agent, view);
    const ids = {
      ...(executorId !== undefined && { executorId }),
      ...(identity !== undefined && { identity }),
    };
    const next = { ...state, ...ids };
    if (state.executorId === next.executorId && state.identity === next.identity) return;
    await agents.commit(lease, { state: { ...next, revision: state.revision + 1 } });
  });
}

/** Logs of whoever collects them. */
async function bring(
  site: Site,
  { dataBucket }: Place,
  { bucket, bucketRegion, isDry }: Omit<Census, 'settlers'> & { readonly isDry: boolean },
): Promise<Settled['logs']> {
  if (bucket === undefined) return undefined;
  const region = bucketRegion ?? site.stage.region;
  const s3 = site.connection ? site.s3 : new S3Client({ region, requestHandler: PATIENT });
  const way = { from: { s3, bucket }, to: { s3: site.s3, bucket: dataBucket } };
  return { bucket, ...(await copyLogs(way, { prefix: objectKey.log(COLLECTOR, ''), isDry })) };
}
