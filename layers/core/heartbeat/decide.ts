import type { Agent } from '#contract/roster.ts';
import type { TalkLimits } from '#contract/talk.ts';
import type { Refusal } from '../money/gate.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import { engage, want } from './cart.ts';
import { apply, changeOf, complete, intend, isOneBudget, itemsIn, merge } from './change.ts';
import { complain, converse } from './converse.ts';
import { coordinate } from './coordinate.ts';
import type { Desk, Moment } from './desk.ts';
import type { World } from './look.ts';
import { observe } from './observe.ts';
import { bookPayment, forgetAudit } from './payments.ts';
import { offer, refine, shelve } from './shelf.ts';

const MAX_APPLICATIONS = 3;
/** DynamoDB takes 100 items in one transaction; lease, beat and state go with ours. */
const MAX_ITEMS = 90;

export interface Decision {
  /** Each is one transaction's worth; the first carries the beat's id. */
  readonly change: Change;
  /** What was not done, and why: words for the log and the metrics. */
  readonly refusals: readonly Refusal[];
}

/** What an agent does with one beat. Pure: clock, dice and world come in; the caller commits and acts. */
export function decide(
  agent: Agent,
  snapshot: Snapshot,
  {
    world,
    moment,
    limits,
  }: { readonly world: World; readonly moment: Moment; readonly limits?: TalkLimits },
): Decision {
  const desk: Desk = { agent, world, moment, at: moment.now.toISOString() };
  if (!snapshot.state.isOpened)
    return { change: complete(snapshot, { intents: firstSteps(desk) }), refusals: [] };

  const plan = new Plan(snapshot);
  plan.take((current) => identified(current, desk));
  for (const sighting of world.sightings) {
    const step = observe(sighting, world, desk.at);
    plan.take((current) =>
      step ? changeOf(agent, current, { step, at: desk.at }) : engage(sighting, current, desk),
    );
  }
  for (const sighting of world.payments ?? [])
    plan.take(({ state }) => bookPayment({ agent, state }, sighting, moment.now));
  for (const open of snapshot.payments ?? []) plan.take((current) => forgetAudit(open, current));
  let offered = 0;
  for (const task of world.requests) {
    if (offered < MAX_APPLICATIONS && plan.take((current) => offer(task, current, desk)))
      offered += 1;
  }
  agent.sells.some((product) => plan.take((current) => refine(product, current, desk)));
  agent.sells.some((product) => plan.take((current) => shelve(product, current, desk)));
  plan.take((current) => want(current, desk));
  plan.take((current) => coordinate(current, desk));
  plan.take((current) => converse(current, desk, limits));
  plan.take((current) => complain(current, desk));
  return { change: complete(snapshot, plan.change), refusals: plan.refusals };
}

/** The pieces of one decision, each seeing what the ones before it changed. */
class Plan {
  change: Change = {};
  readonly refusals: Refusal[] = [];
  #current: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#current = snapshot;
  }

  /**
   * True when the piece was taken. One transaction writes the budget once and holds so many items: a piece that would be too
   * much waits for the next beat.
   */
  take(piece: (current: Snapshot) => Change | Refusal | undefined): boolean {
    const next = piece(this.#current);
    if (next === undefined) return false;
    if (typeof next === 'string') {
      this.refusals.push(next);
      return false;
    }
    if (!isOneBudget(this.change, next)) return false;
    const change = merge(this.change, next);
    if (itemsIn(change) > MAX_ITEMS) return false;
    this.change = change;
    this.#current = apply(this.#current, next);
    return true;
  }
}

/** Before anything else: write down what the wallet holds, and become known to the market and on the chain. */
function firstSteps({ agent, at }: Desk): Change['intents'] {
  return [
    intend('open-ledger', agent.id, at),
    ...(agent.sells.length > 0 ? [intend('register', agent.id, at)] : []),
    intend('identify', agent.id, at),
  ];
}

/** Nobody deals without an ERC-8004 identity. */
function identified({ state, intents }: Snapshot, { agent, at }: Desk): Change | undefined {
  const isUnderWay = intents.some(({ kind }) => kind === 'identify');
  if (state.identity !== undefined || isUnderWay) return undefined;
  return { intents: [intend('identify', agent.id, at)] };
}
