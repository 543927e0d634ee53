import { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { report as draw } from '../../coordinate/report.ts';
import { survey, swarmOf } from '../../coordinate/survey.ts';
import { type Effect, NOTHING } from './effect.ts';

/** Asks for a beat of an agent that fell silent; a second time it is the same call. */
export const wake: Effect = async ({ intent, hands }) => {
  const agentId = AgentId.parse(intent.subject.split('@')[0]);
  await hands.wakeUps.wake({ v: 1, agentId, reason: 'stale', id: intent.id });
  return NOTHING;
};

/** Writes the report of the day as things stand now; a second time over the first. */
export const report: Effect = async ({ agent, intent, snapshot, hands }) => {
  const { oversight } = snapshot.state;
  if (oversight === undefined) return NOTHING;
  const view = survey(ROSTER, await swarmOf(hands), {
    ...{ oversight, self: agent.id, now: hands.now() },
  });
  await hands.reports.keep(intent.subject, draw(view));
  return NOTHING;
};
