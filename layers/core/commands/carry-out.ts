import type { Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import type { IrcLine, IrcOrder } from '#contract/irc-line.ts';
import { type Agent, COLLECTOR } from '#contract/roster.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import type { Switches } from '../ports/switches.ts';
import type { WakeUps } from '../ports/wake-ups.ts';
import * as answers from './answers.ts';
import type { Order } from './order.ts';

/** All that a command can touch. */
export interface Instruments {
  readonly roster: readonly Agent[];
  readonly switches: Switches;
  readonly pulses: (of: readonly AgentId[]) => Promise<ReadonlyMap<AgentId, Pulse>>;
  readonly lines: { say(line: IrcLine | IrcOrder): Promise<void> };
  readonly wakeUps: WakeUps;
  readonly optOuts: Pick<CorpusPointers, 'optOut' | 'optIn'>;
  readonly now: () => Date;
}

/** Which command it is, who gave it, and when it was begun. */
export interface Occasion {
  readonly id: string;
  readonly by: string;
  readonly at: Date;
}

/** Does what the order says, and what to answer. Doing it twice under one id is harmless. */
export async function carryOut(
  order: Order,
  occasion: Occasion,
  instruments: Instruments,
): Promise<string> {
  switch (order.name) {
    case 'help':
      return answers.help(order.about);
    case 'agents':
      return answers.agents(instruments.roster);
    case 'status':
    case 'balance':
    case 'deals':
    case 'products':
      return report(order, instruments);
    case 'optout':
    case 'optin':
      return remember(order, instruments);
    default:
      return move(order, occasion, instruments);
  }
}

/** What changes something besides the speaker's own place in the logs. */
async function move(
  order: Exclude<Order, Report | { name: 'help' | 'agents' | 'optout' | 'optin' }>,
  occasion: Occasion,
  instruments: Instruments,
): Promise<string> {
  switch (order.name) {
    case 'halt':
    case 'resume':
      return turn(order, occasion, instruments);
    case 'beat':
      await instruments.wakeUps.wake({
        v: 1,
        agentId: order.agentId,
        reason: 'command',
        id: `command-${occasion.id}`,
      });
      return `${order.agentId} beats as soon as it can.`;
    default:
      return tellRelay(order, occasion, instruments);
  }
}

type Report = Extract<Order, { name: 'status' | 'balance' | 'deals' | 'products' }>;

async function report(
  order: Report,
  { roster, pulses, switches, now }: Instruments,
): Promise<string> {
  const wanted = order.name === 'products' ? roster.map(({ id }) => id) : order.agents;
  const found = await pulses(wanted);
  const sighting = { wanted, pulses: found, now: now() };
  switch (order.name) {
    case 'status':
      return answers.status(sighting, await switches.halted());
    case 'balance':
      return answers.balance(sighting);
    case 'deals':
      return answers.deals(sighting);
    case 'products':
      return answers.products(roster, found);
  }
}

async function remember(
  { name, nick }: Extract<Order, { name: 'optout' | 'optin' }>,
  { optOuts }: Instruments,
): Promise<string> {
  if (name === 'optin')
    return (await optOuts.optIn(COLLECTOR, nick))
      ? 'you are let in again with the next version of each product.'
      : 'you were not left out.';
  switch (await optOuts.optOut(COLLECTOR, nick)) {
    case 'added':
      return 'you are left out of every new version of every product from now on. !optin lets you in again.';
    case 'kept':
      return 'you are left out already.';
    case 'full':
      return 'the list is full: please tell whoever runs this.';
  }
}

async function turn(
  order: Extract<Order, { name: 'halt' | 'resume' }>,
  { id, by, at }: Occasion,
  { switches }: Instruments,
): Promise<string> {
  if (order.name === 'resume')
    return (await switches.resume(at))
      ? 'Spending goes on: every agent spends again from its next beat.'
      : 'Spending was not halted.';
  const standing = await switches.halt({ id, by, at, because: order.because });
  return standing.id === id
    ? `Spending is halted${order.because === '' ? '' : ` (${order.because})`}: no agent spends from its next beat on. What is under way is finished; resume undoes it.`
    : `Spending is halted already, ${answers.haltText(standing)}.`;
}

async function tellRelay(
  order: Extract<Order, { name: 'say' | 'join' | 'part' | 'nick' }>,
  occasion: Occasion,
  { lines }: Instruments,
): Promise<string> {
  const { agentId } = order;
  const about = { v: 1, id: `command-${occasion.id}`, agentId } as const;
  switch (order.name) {
    case 'say':
      await lines.say({ ...about, channel: order.channel, text: order.text });
      return `${agentId} says it on ${order.channel}.`;
    case 'join':
    case 'part':
      await lines.say({ ...about, order: order.name, channel: order.channel });
      return `${agentId} will ${order.name} ${order.channel}.`;
    case 'nick':
      await lines.say({ ...about, order: 'nick', nick: order.nick });
      return `${agentId} will be ${order.nick}.`;
  }
}
