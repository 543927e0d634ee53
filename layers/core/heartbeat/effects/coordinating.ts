import { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { report as draw } from '../../coordinate/report.ts';
import { survey, swarmOf } from '../../coordinate/survey.ts';
import { utter } from '../change.ts';
import { type Effect, NOTHING } from './effect.ts';

/** Asks for a beat of an agent that fell silent, and says so; a second time it is the same call. */
export const wake: Effect = async ({ agent, intent, hands, at }) => {
  const [id, last = 'never'] = intent.subject.split('@');
  const agentId = AgentId.parse(id);
  await hands.wakeUps.wake({ v: 1, agentId, reason: 'stale', id: intent.id });
  const news = { kind: 'woken', agent: agentId, last } as const;
  return { kind: 'change', change: { intents: utter(agent, [news], at) } };
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
