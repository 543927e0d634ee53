import type { Intent } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { IrcLine } from '#contract/irc-line.ts';
import { NOTHING_SAID, type Talk } from '#contract/talk.ts';
import { announce } from '../../talk/announce.ts';
import { consider, DEFAULT_LIMITS } from '../../talk/limits.ts';
import { type Effect, NOTHING } from './effect.ts';

/** Unless it would be too much: what is only repeated is dropped, and who is silent waits. */
export const say: Effect = async ({ agent, intent, snapshot, hands }) => {
  const { talk = NOTHING_SAID } = snapshot;
  const { line, turns } = wordsFor(agent.id, intent, talk);
  const limits = hands.limits ?? DEFAULT_LIMITS;
  const draft = { text: line.text, topic: intent.topic };
  const verdict = consider(talk, draft, { now: hands.now(), limits });
  if (verdict.kind === 'drop') return NOTHING;
  if (verdict.kind === 'wait') {
    const isNew = verdict.talk !== talk;
    return {
      kind: 'later',
      reason: verdict.because,
      ...(isNew && { change: { talk: verdict.talk } }),
    };
  }
  await hands.lines.say(line);
  return { kind: 'change', change: { talk: { ...verdict.talk, turns } } };
};

/** Whoever dies before this turn is written down finds the same words again. */
function wordsFor(agentId: AgentId, { event, line }: Intent, { turns }: Talk) {
  return event === undefined
    ? { line: IrcLine.parse(JSON.parse(line ?? '')), turns }
    : announce(agentId, event, turns);
}
