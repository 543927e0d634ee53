import type { Intent } from '#contract/agent-state.ts';
import { IrcLine } from '#contract/irc-line.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { NOTHING_SAID, type TalkLimits } from '#contract/talk.ts';
import { isLow } from '../money/gate.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import { DEFAULT_LIMITS, topicHash } from '../talk/limits.ts';
import { offersAfter, type Reply, repliesTo } from '../talk/reply.ts';
import { intend, utter } from './change.ts';
import type { Desk } from './desk.ts';

/** Answers what was said to the agent, and remembers what was offered; all of it counts as heard, answered or not. */
export function converse(
  snapshot: Snapshot,
  desk: Desk,
  limits: TalkLimits = DEFAULT_LIMITS,
): Change | undefined {
  const { inbox = [], talk = NOTHING_SAID } = snapshot;
  if (inbox.length === 0) return undefined;
  const { agent, world, moment, at } = desk;
  const offers = offersAfter(talk.offers, inbox, { agent, roster: ROSTER });
  const replies = repliesTo(
    inbox,
    {
      agent,
      roster: ROSTER,
      state: snapshot.state,
      openDeals: snapshot.deals.size,
      balance: world.balance,
      isHalted: snapshot.isHalted,
      requested: requestedOf(world.requests),
      offers,
      storefrontUrl: world.storefrontUrl,
      now: moment.now,
    },
    limits.replies,
  );
  return {
    heard: inbox,
    intents: replies.map((reply) => spoken(reply, { agentId: agent.id, at })),
    ...(offers !== talk.offers && { talk: { ...talk, offers } }),
  };
}

/** Says once in a while that there is too little in the wallet for all that it buys. */
export function complain(
  { talk, intents }: Snapshot,
  { agent, world, moment, at }: Desk,
): Change | undefined {
  const { balance } = world;
  const { reserve } = agent.budget;
  if (!isLow(agent, balance)) return undefined;
  const topic = 'lowBalance';
  const quietUntil = (talk?.quiet[topicHash(topic)] ?? 0) * 1000;
  const isUnderWay = intents.some((intent) => intent.topic === topic);
  if (isUnderWay || quietUntil > moment.now.getTime()) return undefined;
  const said = utter(agent, [{ kind: topic, key: at, balance, reserve }], at);
  return { intents: said.map((intent) => ({ ...intent, topic })) };
}

function spoken(
  { id, topic, channel, text }: Reply,
  { agentId, at }: { readonly agentId: string; readonly at: string },
): Intent {
  const line = IrcLine.parse({ v: 1, id, agentId, channel, text });
  return { ...intend('say', id, at), topic: topicHash(topic), line: JSON.stringify(line) };
}

function requestedOf(requests: Desk['world']['requests']): ReadonlySet<Product> {
  return new Set(
    Product.options.filter((product) =>
      requests.some(({ skills }) => skills.includes(PRODUCTS[product].skill)),
    ),
  );
}
