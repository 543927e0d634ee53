import type { Oversight, Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { type Agent, ROSTER } from '#contract/roster.ts';
import { isLow } from '../money/gate.ts';
import type { Agents } from '../ports/agents.ts';
import { age } from '../talk/age.ts';

/** Who has missed so many beats is stale. */
const MISSED = 3;
/** What lay on the shelf for so long without a sale is quiet. */
const QUIET_MS = 7 * 86_400_000;

/** What the coordinator sees of everybody: last pulses, and how often a pulse should come. */
export interface Swarm {
  readonly pulses: ReadonlyMap<AgentId, Pulse>;
  readonly everyMs: number;
}

/** `unknown`: silent, but the coordinator has not looked for long enough to say so. */
export interface Member {
  readonly agent: Agent;
  readonly pulse: Pulse | undefined;
  readonly life: 'beats' | 'stale' | 'unknown';
}

/** Something that a person may want to look at. `id` is the same as long as it lasts; `fact` goes into brackets, `because` is a sentence. */
export interface Finding {
  readonly id: string;
  readonly kind: 'stale' | 'stuck' | 'low' | 'quiet';
  readonly agentId: AgentId;
  readonly fact: string;
  readonly because: string;
}

/** The swarm at one moment; money in micro-USDC, since each ledger was opened. */
export interface Survey {
  readonly now: Date;
  readonly members: readonly Member[];
  readonly findings: readonly Finding[];
  /** Open ones of all agents. */
  readonly bounties: number;
  /** Gross, of all agents. */
  readonly sold: bigint;
  readonly fees: bigint;
  /** What the last report of an earlier day showed. */
  readonly before: Oversight['before'];
}

export async function swarmOf({
  agents,
  everyMs,
}: {
  readonly agents: Pick<Agents, 'pulses'>;
  readonly everyMs: number;
}): Promise<Swarm> {
  return { pulses: await agents.pulses(ROSTER.map(({ id }) => id)), everyMs };
}

/**
 * What is known after one more look; who has been woken, said and reported stays as it was. A coordinator that was away begins anew:
 * pulses of a swarm that stood still with it are old, and nobody is to blame. `self`'s own pulse is of its last beat.
 */
export function remember(
  before: Oversight | undefined,
  { pulses, everyMs }: Swarm,
  { self, now }: { readonly self: AgentId; readonly now: Date },
): Oversight {
  const at = now.toISOString();
  const own = silenceOf(pulses.get(self), now);
  const isFirst = before === undefined || own === undefined || own > MISSED * everyMs;
  const still = stillAfter(before?.still ?? {}, pulses, at);
  return { woken: {}, ...before, since: isFirst ? at : before.since, still };
}

function stillAfter(
  before: Oversight['still'],
  pulses: Swarm['pulses'],
  at: string,
): Oversight['still'] {
  const still: Oversight['still'] = {};
  for (const [agentId, { shelf = [], trades = {} }] of pulses) {
    for (const product of shelf) {
      const key = `${agentId}/${product}`;
      const income = trades[product]?.income ?? 0n;
      const known = before[key];
      still[key] = known?.income === income ? known : { income, since: at };
    }
  }
  return still;
}

/** Everybody on the roster, and what there is to look at. Pure; `self` is the one who looks, and so it lives. */
export function survey(
  roster: readonly Agent[],
  { pulses, everyMs }: Swarm,
  {
    oversight,
    self,
    now,
  }: { readonly oversight: Oversight; readonly self?: AgentId; readonly now: Date },
): Survey {
  const members = roster.map((agent): Member => {
    const pulse = pulses.get(agent.id);
    const watched = now.getTime() - Date.parse(oversight.since);
    const silence = agent.id === self ? 0 : silenceOf(pulse, now);
    const isFresh = silence !== undefined && silence <= MISSED * everyMs;
    const isKnown = Math.min(silence ?? watched, watched) > MISSED * everyMs;
    return { agent, pulse, life: isFresh ? 'beats' : isKnown ? 'stale' : 'unknown' };
  });
  const trades = members.flatMap(({ pulse }) => Object.values(pulse?.trades ?? {}));
  const sumOf = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);
  return {
    now,
    members,
    findings: members.flatMap((member) => findingsOf(member, oversight, now)),
    bounties: members.reduce((sum, { pulse }) => sum + (pulse?.bounties ?? 0), 0),
    sold: sumOf(trades.map(({ income }) => income)),
    fees: sumOf(trades.map(({ fees }) => fees)),
    before: oversight.before,
  };
}

/** Of nobody on the roster it is unknown whether it beats. */
export function canTell({ members }: Survey): boolean {
  return members.every(({ life }) => life !== 'unknown');
}

interface View {
  readonly still: Oversight['still'];
  readonly now: Date;
}

function findingsOf(member: Member, { still }: Oversight, now: Date): Finding[] {
  const view = { still, now };
  return [stale, stuck, low, quiet].flatMap((kind) => kind(member, view));
}

function stale({ agent, pulse, life }: Member, { now }: View): Finding[] {
  if (life !== 'stale') return [];
  const silent = pulse && since(pulse.at, now);
  return [
    {
      ...{ id: `stale/${agent.id}`, kind: 'stale', agentId: agent.id },
      fact: silent ?? 'never seen',
      because: silent === undefined ? 'it has never beaten' : `its last beat was ${silent} ago`,
    },
  ];
}

function stuck({ agent, pulse }: Member, { now }: View): Finding[] {
  const overdue = pulse?.overdue ?? 0;
  if (pulse === undefined || overdue === 0) return [];
  const oldest = since(pulse.oldestDealAt ?? pulse.at, now);
  return [
    {
      ...{ id: `stuck/${agent.id}`, kind: 'stuck', agentId: agent.id },
      fact: String(overdue),
      because: `deals past their deadline: ${overdue}; the oldest open one began ${oldest} ago`,
    },
  ];
}

function low({ agent, pulse }: Member): Finding[] {
  if (pulse === undefined || !isLow(agent, pulse.wallet)) return [];
  const has = `$${formatUsdc(pulse.wallet)}`;
  return [
    {
      ...{ id: `low/${agent.id}`, kind: 'low', agentId: agent.id, fact: has },
      because: `it has ${has} and keeps $${formatUsdc(agent.budget.reserve)}, so it cannot pay for all that it wants`,
    },
  ];
}

function quiet({ agent, pulse }: Member, { still, now }: View): Finding[] {
  return (pulse?.shelf ?? []).flatMap((product): Finding[] => {
    const last = still[`${agent.id}/${product}`];
    if (last === undefined || now.getTime() - Date.parse(last.since) <= QUIET_MS) return [];
    const long = since(last.since, now);
    return [
      {
        ...{ id: `quiet/${agent.id}/${product}`, kind: 'quiet', agentId: agent.id },
        fact: `${product} ${long}`,
        because: `${product} is on the shelf, and nobody has bought it for ${long}`,
      },
    ];
  });
}

/** Milliseconds since a pulse; undefined without one, and for one from the future, which says nothing. */
function silenceOf(pulse: Pulse | undefined, now: Date): number | undefined {
  if (pulse === undefined) return undefined;
  const silence = now.getTime() - Date.parse(pulse.at);
  return silence < -SKEW_MS ? undefined : silence;
}

/** What clocks may differ. */
const SKEW_MS = 60_000;

function since(at: string, now: Date): string {
  return age(Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000)));
}
