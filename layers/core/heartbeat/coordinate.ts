import * as z from 'zod';
import { Oversight } from '#contract/agent-state.ts';
import { type Agent, ROSTER } from '#contract/roster.ts';
import { figuresOf } from '../coordinate/report.ts';
import { standup } from '../coordinate/standup.ts';
import { canTell, type Member, remember, type Survey, survey } from '../coordinate/survey.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import { intend, utter } from './change.ts';
import type { World } from './look.ts';

/** How many agents one beat wakes: the transaction has an end. */
const WOKEN = 20;

/**
 * What the coordinator does with one beat: it wakes who fell silent, once for each silence; says one line a UTC day; and has the day's
 * report written again whenever it would show something else. It says nothing before it can tell of everybody whether it beats.
 */
export function coordinate(
  { state }: Snapshot,
  { agent, world, at }: { readonly agent: Agent; readonly world: World; readonly at: string },
): Change | undefined {
  if (world.swarm === undefined) return undefined;
  const now = new Date(at);
  const seen = remember(state.oversight, world.swarm, { self: agent.id, now });
  const view = survey(ROSTER, world.swarm, { oversight: seen, self: agent.id, now });
  const { woken, wakes } = wakeStale(view, seen.woken);
  const told = canTell(view) ? tell(view, seen) : {};
  const oversight = { ...seen, woken, ...told };
  const said = oversight.standup === seen.standup ? [] : [standup(view, seen.standup)];
  const day = at.slice(0, 10);
  return {
    intents: [
      ...wakes.map((subject) => intend('wake', subject, at)),
      ...(oversight.reported === seen.reported ? [] : [intend('report', day, at)]),
      ...utter(agent, said, at),
    ],
    ...(isSame(oversight, state.oversight) ? {} : { state: { ...state, oversight } }),
  };
}

/** Whom to wake, as `<agent>@<its last pulse>`; forgets who is heard again. */
function wakeStale({ members }: Survey, before: Oversight['woken']) {
  // a silence does not end because the coordinator was away and cannot tell
  const known = members.filter((member) => before[member.agent.id] === lastOf(member));
  const fresh = members
    .filter((member) => member.life === 'stale' && !known.includes(member))
    .slice(0, WOKEN);
  return {
    woken: Object.fromEntries([...known, ...fresh].map((one) => [one.agent.id, lastOf(one)])),
    wakes: fresh.map((member) => `${member.agent.id}@${lastOf(member)}`),
  };
}

function lastOf({ pulse }: Member): string {
  return pulse?.at ?? 'never';
}

function tell(view: Survey, seen: Oversight): Partial<Oversight> {
  const { standup: last, figures } = seen;
  const day = view.now.toISOString().slice(0, 10);
  const { sold, fees, findings } = view;
  const standup = last?.day === day ? last : { day, sold };
  const reported = [day, sold, fees, ...findings.map(({ id }) => id)].join(' ');
  if (reported === seen.reported) return { standup };
  const isNewDay = figures !== undefined && figures.day !== day;
  return { standup, reported, figures: figuresOf(view), ...(isNewDay && { before: figures }) };
}

function isSame(one: Oversight, other: Oversight | undefined): boolean {
  return other !== undefined && text(one) === text(other);
}

/** The table gives the entries of a record back in any order. */
function text(oversight: Oversight): string {
  return JSON.stringify(z.encode(Oversight, oversight), (_key, value: unknown) =>
    value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
