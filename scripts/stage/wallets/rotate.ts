import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { DeleteSecretCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { generatePrivateKey } from 'viem/accounts';
import { findWalletSecret, storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import { replacedSecretName, walletSecretName } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { functionName } from '../../../lib/names.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { drain, lockedDeals } from '../drain.ts';
import { whileHalted } from '../halt.ts';
import { type Held, heldBy, walletOf } from '../keys.ts';
import { withLease } from '../lease.ts';
import { type Site, storesOf } from '../site.ts';
import { type Moved, type MoveTerms, moveUsdc } from './move.ts';

export interface Rotated {
  readonly agent: AgentId;
  readonly before: Address;
  /** Absent in a dry run: the key is made when it is needed. */
  readonly after?: Address;
  readonly moved: Moved | undefined;
  /** What a person must know or do now. */
  readonly consequences: readonly string[];
}

export interface RotateTerms extends Omit<MoveTerms, 'payees'> {
  /** How long escrows may take to empty. */
  readonly patienceMs: number;
}

/**
 * A new key for one agent, in steps of which each may be the last: the new key is kept before anything moves, the money moves once, and the
 * key that was stays readable to the owner. Run again it goes on where it stood. @throws CannotStart while money lies in escrow
 */
export async function rotate(site: Site, agent: AgentId, terms: RotateTerms): Promise<Rotated> {
  const held = await walletOf(site, agent);
  const next = await findWalletSecret(site.secrets, nameOf(site, agent, 'next'));
  if (terms.isDry) return dry(site, agent, held);
  return whileHalted(site, `the wallet of ${agent} is being rotated`, async (signal) => {
    await emptyEscrows(site, agent, { patienceMs: terms.patienceMs, signal });
    const after = next === undefined ? heldBy(generatePrivateKey()) : heldBy(next);
    if (next === undefined)
      await storeWalletSecret(site.secrets, nameOf(site, agent, 'next'), after.key);
    // a run that was cut may have put the new key into its place already
    const before = after.address === held.address ? await replaced(site, agent, held) : held;
    const moved = await moveAll(site, { agent, before, after }, terms);
    await storeWalletSecret(site.secrets, nameOf(site, agent, 'before'), before.key);
    await storeWalletSecret(site.secrets, walletSecretName(site.stage.name, agent), after.key);
    await moveIn(site, agent, after.address);
    await forget(site, nameOf(site, agent, 'next'));
    const consequences = consequencesOf(site, agent, {
      before: before.address,
      after: after.address,
    });
    return { agent, before: before.address, after: after.address, moved, consequences };
  });
}

interface Pair {
  readonly agent: AgentId;
  readonly before: Held;
  readonly after: Held;
}

async function dry(site: Site, agent: AgentId, held: Held): Promise<Rotated> {
  const locked = (await lockedDeals(site)).filter(({ buyer }) => buyer === agent);
  const usdc = formatUsdc(await site.chain.balanceOf(held.address));
  return {
    agent,
    before: held.address,
    moved: undefined,
    consequences: [
      ...locked.map(
        (deal) => `task ${deal.taskId} holds ${deal.usdc} USDC in escrow: it is waited for first`,
      ),
      `${usdc} USDC move to the new wallet`,
      ...consequencesOf(site, agent, { before: held.address, after: undefined }),
    ],
  };
}

function moveAll(site: Site, { agent, before, after }: Pair, terms: RotateTerms): Promise<Moved> {
  return moveUsdc(
    site,
    {
      agent,
      from: before,
      to: after.address,
      direction: 'within',
      amountOf: ({ from }) => from,
    },
    { ...terms, payees: new Set([after.address]) },
  );
}

/** Escrow pays the wallet that it was locked for and gives back to the one that locked it. */
async function emptyEscrows(
  site: Site,
  agent: AgentId,
  patience: Parameters<typeof drain>[1],
): Promise<void> {
  const locked = await drain(site, patience);
  if (locked.length === 0) return;
  throw new CannotStart(
    `Money is still in escrow (${locked.map(({ taskId, usdc }) => `${usdc} USDC of ${taskId}`).join(', ')}): rotate ${agent} when these deals are over; nothing has moved.`,
  );
}

async function replaced(site: Site, agent: AgentId, held: Held): Promise<Held> {
  const key = await findWalletSecret(site.secrets, nameOf(site, agent, 'before'));
  return key === undefined ? held : heldBy(key);
}

/** Whose wallet is whose now; what the market and the registry knew of the old one is asked for anew. */
async function moveIn(site: Site, agent: AgentId, address: Address): Promise<void> {
  const { agents } = await storesOf(site);
  await agents.enrol(agent, address);
  await withLease({ agents, agent }, async (lease) => {
    const view = { day: new Date().toISOString().slice(0, 10), generation: undefined };
    const { state } = await agents.load(agent, view);
    if (state.revision === 0) return;
    const { executorId: _, identity: __, ...rest } = state;
    await agents.commit(lease, { state: { ...rest, revision: state.revision + 1 } });
  });
  if (site.connection !== undefined) return;
  // a function that is warm has the old key in memory: any change of its configuration starts it anew
  await site.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: functionName(site.stage, 'heartbeat', agent),
      Description: `Beats of ${agent}; wallet ${address}`,
    }),
  );
}

async function forget({ secrets }: Site, SecretId: string): Promise<void> {
  try {
    await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

function consequencesOf(
  { stage, connection }: Site,
  agent: AgentId,
  { before, after }: { readonly before: Address; readonly after: Address | undefined },
): readonly string[] {
  const named = stage.identities?.[agent];
  const identity =
    named === undefined
      ? `its ERC-8004 identity stays with ${before} and its reputation with it; the new wallet registers another in its next beat, unless the old one hands it over (transferFrom, which costs gas)`
      : `ERC-8004 identity ${named} is of ${before}: hand it over to ${after ?? 'the new wallet'}, or ${agent} neither publishes nor applies`;
  return [
    identity,
    'the market knows its worker by the wallet: it is registered anew and its ratings there begin again',
    `the key that was is kept in secret ${replacedSecretName(stage.name, agent, 'before')}, for what may still be sent to it`,
    ...(connection === undefined
      ? []
      : ['warm functions of the local cloud know the old key: stop and start `npm start`']),
  ];
}

function nameOf({ stage }: Site, agent: AgentId, which: 'next' | 'before'): string {
  return replacedSecretName(stage.name, agent, which);
}
