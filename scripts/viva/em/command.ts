import type { Command } from 'commander';
import { type AgentId, TaskId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import type { Task } from '#core/ports/market.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { agentId, type LookFlags, withLookFlags } from '../options.ts';
import { fail, print, table } from '../output.ts';
import { plain } from '../words.ts';
import { valueOr } from './explain.ts';
import { type MarketHere, marketOf } from './market-of.ts';

export interface Flags extends LookFlags {
  readonly agent: AgentId;
  readonly dryRun?: boolean;
}

/** What a command did, or would do. */
export interface Outcome {
  readonly value: object;
  readonly text: string;
}

/** Sends it, or with --dry-run says what would be sent. */
export async function send(
  flags: Flags,
  would: object,
  act: () => Promise<Parameters<typeof valueOr>[0]>,
): Promise<Outcome> {
  if (isDry(flags))
    return { value: { dryRun: true, ...would }, text: `Would send ${JSON.stringify(would)}` };
  const value = valueOr(await act());
  return {
    value: { done: true, ...would, ...(typeof value === 'object' ? value : {}) },
    text: 'Done.',
  };
}

export async function run(
  flags: Flags,
  act: (here: MarketHere) => Promise<Outcome>,
): Promise<void> {
  try {
    const { value, text } = await act(await marketOf(flags.agent, flags.dir));
    print(flags.json, value, () => text);
  } catch (error) {
    fail(error);
  }
}

export function command(em: Command, name: string, description: string): Command {
  return withLookFlags(em.command(name))
    .description(description)
    .requiredOption('--agent <id>', 'who asks', agentId);
}

export function sending(em: Command, name: string, description: string): Command {
  return command(em, name, description).option(
    '--dry-run',
    'say what would be sent and send nothing',
    false,
  );
}

export function isDry({ dryRun = false }: Flags): boolean {
  return dryRun;
}

export function taskView(task: Task): object {
  const { bounty, deadline, ...rest } = task;
  return { ...rest, bountyUsdc: formatUsdc(bounty), deadline: deadline.toISOString() };
}

export function taskTable(tasks: readonly Task[]): string {
  if (tasks.length === 0) return 'There are none.';
  const rows = tasks.map(({ id, status, bounty, deadline, title }) => [
    id,
    status,
    formatUsdc(bounty),
    deadline.toISOString().slice(0, 16),
    plain(title),
  ]);
  return table(['TASK', 'STATUS', 'USDC', 'DEADLINE', 'TITLE'], rows);
}

export function taskId(text: string): TaskId {
  const id = TaskId.safeParse(text);
  if (id.success) return id.data;
  throw new CannotStart(
    `${text} is no task id: give the whole lower-case UUID, as \`viva em browse\` shows it.`,
  );
}
