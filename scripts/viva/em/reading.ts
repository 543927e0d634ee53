import type { Command } from 'commander';
import { TaskCategory } from '#contract/execution-market-words.ts';
import type { TaskId } from '#contract/ids.ts';
import type { Application, Submission } from '#core/ports/market.ts';
import { wholeNumber } from '../options.ts';
import { table } from '../output.ts';
import { command, type Flags, type Outcome, run, taskId, taskTable, taskView } from './command.ts';
import { valueOr } from './explain.ts';
import type { MarketHere } from './market-of.ts';

export function addReading(em: Command): void {
  command(em, 'health', 'Whether the market is there, and its limits.').action((flags: Flags) =>
    run(flags, async ({ operator }) => {
      const value = {
        ...valueOr(await operator.health()),
        config: valueOr(await operator.config()),
      };
      return {
        value,
        text: table(
          ['STATUS', 'MIN USD', 'MAX USD'],
          [
            [
              value.status,
              String(value.config.min_bounty_usd),
              String(value.config.max_bounty_usd),
            ],
          ],
        ),
      };
    }),
  );
  command(em, 'browse', 'Open tasks, newest first; with --own those that the agent published.')
    .option('--own', 'tasks of the agent itself, in every state', false)
    .option('--skill <skills>', 'all of these, by commas')
    .option('--category <category>', `such as ${TaskCategory.options.slice(15, 18).join(', ')}`)
    .option('--min <usd>', 'bounty of at least')
    .option('--max <usd>', 'bounty of at most')
    .option('--after <time>', 'published after this ISO time')
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .option('--offset <n>', 'skip so many', wholeNumber, 0)
    .action((flags: Flags & Browse) => run(flags, (here) => browse(flags, here)));
  command(
    em,
    'task <id>',
    'One task with its money; its publisher also sees who applied and what was handed in.',
  ).action((id: string, flags: Flags) => run(flags, (here) => show(taskId(id), here)));
}

interface Browse {
  readonly own: boolean;
  readonly skill?: string;
  readonly category?: string;
  readonly min?: string;
  readonly max?: string;
  readonly after?: string;
  readonly limit: number;
  readonly offset: number;
}

async function browse(flags: Browse, { operator }: MarketHere): Promise<Outcome> {
  const { own, limit, offset } = flags;
  const query = { limit, offset };
  const tasks = own
    ? valueOr(await operator.own(query)).tasks
    : valueOr(await operator.available({ ...query, filters: filtersOf(flags) }));
  return { value: tasks.map(taskView), text: taskTable(tasks) };
}

/** In the market's own names, so that its refusals name them. */
function filtersOf({ skill, category, min, max, after }: Browse): Record<string, string> {
  const filters = { skills: skill, category, min_bounty: min, max_bounty: max, after };
  return Object.fromEntries(
    Object.entries(filters).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

async function show(id: TaskId, { market, operator, self }: MarketHere): Promise<Outcome> {
  const task = valueOr(await market.task(id));
  if (task.publisher !== self) return { value: taskView(task), text: taskTable([task]) };
  const applications = valueOr(await market.applications(id));
  const submissions = valueOr(await market.submissions(id));
  const payment = valueOr(await operator.payment(id));
  const { transactions } = valueOr(await operator.transactions(id));
  const text = [
    taskTable([task]),
    `\nescrow ${payment.status}${transactions.map((one) => `\n  ${one.event_type} ${one.tx_hash ?? ''}`).join('')}`,
    applications.length === 0
      ? '\nNobody has applied.'
      : `\n${table(['APPLICANT', 'WALLET', 'STATUS'], applications.map(applicationRow))}`,
    submissions.length === 0
      ? '\nNothing was handed in.'
      : `\n${table(['SUBMISSION', 'EXECUTOR', 'VERDICT'], submissions.map(submissionRow))}`,
  ].join('\n');
  return { value: { ...taskView(task), payment, transactions, applications, submissions }, text };
}

function applicationRow({ executorId, wallet, status }: Application): string[] {
  return [executorId, wallet, status];
}

function submissionRow({ id, executorId, verdict }: Submission): string[] {
  return [id, executorId, verdict];
}
