import { type Command, InvalidArgumentError } from 'commander';
import type { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';

/** Where a local economy keeps its state. */
export const STATE_DIR = '.viva';

/** Flags of every command that looks into an economy. */
export interface LookFlags {
  readonly dir: string;
  readonly json: boolean;
}

const HIGHEST_BASE = 65_526;

/** The first of ten ports. */
export function portBase(text: string): number {
  const port = wholeNumber(text);
  if (port < 1 || port > HIGHEST_BASE) {
    throw new InvalidArgumentError(
      `${text} should be from 1 to ${HIGHEST_BASE}, for ten ports from there.`,
    );
  }
  return port;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`${text} should be a whole number.`);
  return Number(text);
}

/** One of the roster, also without its `kk-`. */
export function agentId(text: string): AgentId {
  const agent = ROSTER.find(({ id }) => id === text || id === `kk-${text}`);
  if (agent !== undefined) return agent.id;
  const known = ROSTER.map(({ id }) => id).join(', ');
  throw new InvalidArgumentError(`${text} is not on the roster: use one of ${known}.`);
}

export function withLookFlags(command: Command): Command {
  return command
    .option('--dir <folder>', 'state folder of the economy', STATE_DIR)
    .option('--json', 'print one JSON value and nothing else', false);
}
