import type { Beat } from '#contract/beat.ts';
import type { Hex } from '#contract/ids.ts';
import { type Agent, agentOf, COLLECTOR } from '#contract/roster.ts';
import { generationIn } from '../market/provenance.ts';
import { type WrongFee, wrongFees } from '../money/fees.ts';
import type { Commit, Lease } from '../ports/agents.ts';
import { act, hasMade, type Report, type Tried } from './act.ts';
import { apply, isEmpty } from './change.ts';
import { decide } from './decide.ts';
import type { Hands } from './effects/effect.ts';
import { look } from './look.ts';
import { pulseOf } from './pulse.ts';

/** How long a beat is remembered: longer than any retry of it. */
const BEAT_MEMORY_MS = 24 * 3_600_000;

/** What one beat needs besides its hands. */
export interface Pacemaker extends Hands {
  /** Names this very invocation, so that a retry is another holder. */
  readonly owner: string;
  /** When the lease runs out by itself: later than the function can live. */
  readonly until: Date;
  readonly hasTime: () => boolean;
  readonly salt: () => Hex;
}

export interface Round {
  readonly beatId: string;
  /** `idle`: there was nothing to commit. */
  readonly commit: Commit | 'idle';
  readonly reports: readonly Report[];
  readonly refusals: readonly string[];
  readonly wrongFees: readonly WrongFee[];
}

/** `busy`: another holder was told to beat once more. */
export type BeatReport =
  | { readonly kind: 'busy' }
  | { readonly kind: 'beaten'; readonly rounds: readonly Round[] };

/** One beat: lease, finish what was left, look, decide, commit, act, speak; again while wake-ups came in between. */
export async function beat({ agentId, beatId }: Beat, maker: Pacemaker): Promise<BeatReport> {
  const agent = agentOf(agentId);
  const { agents, owner, until } = maker;
  const lease = await agents.takeLease(agentId, { owner, now: maker.now(), until });
  if (lease === undefined) return { kind: 'busy' };

  const rounds: Round[] = [];
  let isHeld = true;
  try {
    do {
      // one product an invocation, however often it beats
      const mayMake = !rounds.some(({ reports }) => hasMade(reports));
      const pulse = { agentId, beatId: idOf(beatId, rounds.length) };
      rounds.push(await round(pulse, { agent, lease, maker, mayMake }));
      if (!maker.hasTime()) break;
      isHeld = (await agents.letGo(lease)) === 'again';
    } while (isHeld);
  } finally {
    if (isHeld) await leave(lease, { beatId, maker });
  }
  return { kind: 'beaten', rounds };
}

/** Called meanwhile, but out of time or fallen: the lease goes all the same, and the call goes on to the next beat. */
async function leave(
  lease: Lease,
  { beatId, maker }: { readonly beatId: string; readonly maker: Pacemaker },
): Promise<void> {
  if ((await maker.agents.letGo(lease)) !== 'again') return;
  await maker.agents.letGo(lease);
  const id = `${beatId}-again-${lease.fence}`;
  await maker.wakeUps.wake({ v: 1, agentId: lease.agentId, reason: 'reconcile', id });
}

interface Held {
  readonly agent: Agent;
  readonly lease: Lease;
  readonly maker: Pacemaker;
  readonly mayMake: boolean;
}

async function round(
  { agentId, beatId }: Beat,
  { agent, lease, maker, mayMake }: Held,
): Promise<Round> {
  const { agents, now, hasTime, salt } = maker;
  const tried: Tried = new Map();
  const acting = { agent, lease, hands: maker, hasTime, mayMake, tried };
  const corpus = await maker.corpus.pointer(COLLECTOR);
  const generation = generationIn(corpus);
  const left = await act(
    await agents.load(agentId, { day: now().toISOString().slice(0, 10), generation }),
    // the deals first: goods can wait until they have been looked at
    { ...acting, mayMake: false },
  );

  // one view of the corpus for the whole round
  const eyes = { ...maker, corpus: { pointer: () => Promise.resolve(corpus) } };
  const world = await look(agent, left.snapshot, eyes);
  const { change, refusals } = decide(agent, left.snapshot, {
    world,
    moment: { now: now(), salt },
    ...(maker.limits && { limits: maker.limits }),
  });
  // most beats find nothing to do: a record of that would be half of what they write, and to find nothing twice is harmless
  const commit = isEmpty(change)
    ? 'idle'
    : await agents.commit(lease, {
        ...change,
        beat: { id: beatId, keepUntil: new Date(now().getTime() + BEAT_MEMORY_MS) },
      });
  const snapshot = commit === 'committed' ? apply(left.snapshot, change) : left.snapshot;
  const done = commit === 'outrun' ? { snapshot, reports: [] } : await act(snapshot, acting);

  const balances = await agents.balances(agentId);
  const { snapshot: after } = done;
  await agents.pulse(
    pulseOf(after, { agentId, beatId, now: now(), wallet: world.balance, balances }),
  );
  const reports = [...left.reports, ...done.reports];
  const overBudget = commit === 'over-budget' ? ['over-day-budget'] : [];
  return {
    beatId,
    commit,
    reports,
    refusals: [...refusals, ...overBudget],
    wrongFees: [
      ...(commit === 'committed' ? wrongFees(change.deals) : []),
      ...reports.flatMap((report) => report.wrongFees ?? []),
    ],
  };
}

/** A beat that was told to beat once more is another beat. */
function idOf(beatId: string, round: number): string {
  return round === 0 ? beatId : `${beatId}+${round}`;
}
