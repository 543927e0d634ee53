import type { Oversight } from '#contract/agent-state.ts';
import type { BeatEvent } from '#contract/beat-event.ts';
import type { Finding, Survey } from './survey.ts';

/** How many of one kind a line names. */
const NAMED = 3;

/** In the order of urgency: a line that is too long is cut at its end. */
const KINDS = ['stale', 'stuck', 'low', 'quiet'] as const satisfies readonly Finding['kind'][];

/** What the day's line says: who beats, what is open, what was sold, and what there is to look at. */
export function standup(
  survey: Survey,
  last: Oversight['standup'],
): Extract<BeatEvent, { kind: 'standup' }> {
  const { now, members, bounties, sold, findings } = survey;
  const listed = KINDS.flatMap((kind) => list(findings.filter((one) => one.kind === kind)));
  return {
    kind: 'standup',
    day: now.toISOString().slice(0, 10),
    beating: beatingIn(survey),
    members: members.length,
    bounties,
    fresh: sold - (last?.sold ?? 0n),
    sold,
    concerns: listed.length === 0 ? '0' : listed.join('; '),
  };
}

/** `6 of 7 agents beat, 3 bounties open` */
export function summary(survey: Survey): string {
  const { members, bounties } = survey;
  return `${beatingIn(survey)} of ${members.length} agents beat, ${bounties} ${bounties === 1 ? 'bounty' : 'bounties'} open`;
}

function beatingIn({ members }: Survey): number {
  return members.filter(({ life }) => life === 'beats').length;
}

/** `2 stale: kk-a (3 h), kk-b (4 h)` */
function list(findings: readonly Finding[]): string[] {
  const [first] = findings;
  if (first === undefined) return [];
  const named = findings.slice(0, NAMED).map(({ agentId, fact }) => `${agentId} (${fact})`);
  const more = findings.length > NAMED ? ', …' : '';
  return [`${findings.length} ${first.kind}: ${named.join(', ')}${more}`];
}
