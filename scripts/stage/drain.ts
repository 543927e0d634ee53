import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Beat } from '#contract/beat.ts';
import type { AgentId, TaskId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { ROSTER } from '#contract/roster.ts';
import { functionName } from '../../lib/names.ts';
import { type Site, storesOf } from './site.ts';

const PAUSE_MS = 2_000;

/** Money of ours that lies in escrow; amounts in decimal USDC. */
export interface Locked {
  readonly taskId: TaskId;
  readonly product: string;
  readonly buyer: AgentId;
  readonly state: string;
  readonly usdc: string;
  /** ISO time from which the buyer itself may reclaim it. */
  readonly reclaimableFrom: string;
}

/** By the chain, whatever the books believe of it. */
export async function lockedDeals(site: Site): Promise<readonly Locked[]> {
  const { books } = await storesOf(site);
  const deals = await Promise.all(
    ROSTER.map(async ({ id }) =>
      (await books.of(id)).deals.flatMap((deal) =>
        deal.side === 'buy' && deal.payment && !['settled', 'closed'].includes(deal.state)
          ? [{ ...deal, payment: deal.payment, buyer: id }]
          : [],
      ),
    ),
  );
  const looked = await Promise.all(
    deals.flat().map(async ({ payment, taskId, product, buyer, state }) => {
      const escrow = await site.chain.escrowState(payment);
      if (escrow.kind !== 'locked') return [];
      const usdc = formatUsdc(escrow.capturable);
      const reclaimableFrom = new Date(payment.authorizationExpiry * 1000).toISOString();
      return [{ taskId, product, buyer, state, usdc, reclaimableFrom }];
    }),
  );
  return looked.flat();
}

interface Patience {
  readonly patienceMs: number;
  readonly onLocked?: (locked: readonly Locked[]) => void;
  /** Ends the waiting: its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Beats everybody until no escrow of ours holds money, or time is up; gives what is locked still. */
export async function drain(
  site: Site,
  { patienceMs, onLocked, signal }: Patience,
): Promise<readonly Locked[]> {
  const until = Date.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    const locked = await lockedDeals(site);
    if (locked.length === 0 || Date.now() >= until) return locked;
    onLocked?.(locked);
    await beatAll(site);
  }
}

/** One beat of everybody, and a moment for what it has set off. Whoever cannot beat is left alone. */
export async function beatAll(site: Site): Promise<void> {
  await Promise.all(ROSTER.map(({ id }) => beatOnce(site, id).catch(() => undefined)));
  await sleep(PAUSE_MS);
}

/** To whoever waits. */
export function tellLocked(locked: readonly Locked[]): void {
  console.error(`${locked.length} deals hold money in escrow; beating until they are over...`);
}

/** One sentence about it. */
export function lockedText({ taskId, product, buyer, usdc, reclaimableFrom }: Locked): string {
  return `task ${taskId} (${product} for ${buyer}) holds ${usdc} USDC in escrow until ${reclaimableFrom}`;
}

/** One beat of one agent now. @throws whatever the function threw, with its words */
export async function beatOnce({ stage, lambda }: Site, agentId: AgentId): Promise<unknown> {
  const event: Beat = { agentId, beatId: new Date().toISOString() };
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: functionName(stage, 'heartbeat', agentId),
      Payload: JSON.stringify(event),
    }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`The beat of ${agentId} failed: ${answer}`);
  return JSON.parse(answer);
}
