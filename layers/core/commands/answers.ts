import type { Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import type { Halt } from '../ports/switches.ts';
import { COMMANDS, type CommandName, type Trust } from './catalogue.ts';

/** An agent without a pulse for so long stands still: three beats of five minutes. */
const SILENT_MS = 15 * 60_000;

/** What agents said of themselves with their last beats. */
export interface Sighting {
  readonly wanted: readonly AgentId[];
  readonly pulses: ReadonlyMap<AgentId, Pulse>;
  readonly now: Date;
}

const WHO: Readonly<Record<Trust, string>> = {
  anyone: 'for anyone',
  owner: 'signed by the owner',
  privileged: 'signed by the owner, from a known account or host',
};

/** Of all commands, or of one. */
export function help(about: CommandName | undefined): string {
  if (about !== undefined) {
    const { usage, does, trust } = COMMANDS[about];
    return `${`!${about} ${usage}`.trim()} ${does}; ${WHO[trust]}.`;
  }
  const mark = { anyone: '', owner: '*', privileged: '**' } as const;
  const list = Object.entries(COMMANDS).map(([name, { trust }]) => `!${name}${mark[trust]}`);
  return `${list.join(' ')} (* signed by the owner, ** and from a known account or host; !help <command> says more)`;
}

export function agents(roster: readonly Agent[]): string {
  const list = roster.map(({ id, sells }) => {
    const goods = id === VALIDATOR ? [...sells, VALIDATION.product] : sells;
    return goods.length === 0 ? id : `${id} sells ${goods.join(', ')}`;
  });
  return `${list.join('; ')}.`;
}

export function status({ wanted, pulses, now }: Sighting, halt: Halt | undefined): string {
  const silent = wanted.filter((id) => (ageOf(pulses.get(id), now) ?? Infinity) > SILENT_MS);
  const sum = (count: (pulse: Pulse) => number) =>
    [...pulses.values()].reduce((total, pulse) => total + count(pulse), 0);
  const words = [
    `${wanted.length - silent.length} of ${wanted.length} agents beat`,
    ...(silent.length === 0 ? [] : [`silent: ${silent.join(', ')}`]),
    `${sum(({ openDeals }) => openDeals)} open deals`,
    `${sum(({ pendingIntents }) => pendingIntents)} left to do`,
    halt === undefined ? 'spending allowed' : `spending halted ${haltText(halt)}`,
  ];
  return `${words.join(' · ')}.`;
}

export function balance({ wanted, pulses, now }: Sighting): string {
  return each(wanted, (id) => {
    const pulse = pulses.get(id);
    return pulse && `$${formatUsdc(pulse.wallet)} (${agoText(pulse, now)})`;
  });
}

export function deals({ wanted, pulses, now }: Sighting): string {
  return each(wanted, (id) => {
    const pulse = pulses.get(id);
    if (pulse === undefined) return undefined;
    const { openDeals, overdue = 0, oldestDealAt } = pulse;
    const late = overdue === 0 ? '' : `, ${overdue} overdue`;
    const since = oldestDealAt === undefined ? '' : `, oldest of ${oldestDealAt.slice(0, 16)}Z`;
    return `${openDeals} open${late}${since} (${agoText(pulse, now)})`;
  });
}

export function products(roster: readonly Agent[], pulses: ReadonlyMap<AgentId, Pulse>): string {
  const list = roster.flatMap(({ id, sells }) =>
    sells.map((product) => {
      const isThere = pulses.get(id)?.shelf?.includes(product) === true;
      return `${product} $${formatUsdc(PRODUCTS[product].price)} ${id}${isThere ? '' : ' (not on the shelf)'}`;
    }),
  );
  return `${list.join(' · ')}.`;
}

export function haltText({ by, at, because }: Halt): string {
  return `since ${at.toISOString().slice(0, 16)}Z by ${by}${because === '' ? '' : ` (${because})`}`;
}

function each(wanted: readonly AgentId[], about: (id: AgentId) => string | undefined): string {
  return `${wanted.map((id) => `${id} ${about(id) ?? 'never beat'}`).join(' · ')}.`;
}

function agoText({ at }: Pulse, now: Date): string {
  return `${Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000))} s ago`;
}

function ageOf(pulse: Pulse | undefined, now: Date): number | undefined {
  return pulse === undefined ? undefined : now.getTime() - Date.parse(pulse.at);
}
