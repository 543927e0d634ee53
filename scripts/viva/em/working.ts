import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import type { TaskId } from '#contract/ids.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { wholeNumber } from '../options.ts';
import { type Flags, run, send, sending, taskId } from './command.ts';
import { valueOr } from './explain.ts';
import type { MarketHere } from './market-of.ts';

interface Rated {
  readonly score: number;
  readonly notes: string;
}

export function addWorking(em: Command): void {
  sending(em, 'apply <id>', 'Applies to a task.')
    .option('--message <text>', 'for its publisher', '')
    .action((text: string, flags: Flags & { readonly message: string }) =>
      run(flags, (here) => {
        const id = taskId(text);
        return send(flags, { apply: id, message: flags.message }, async () => {
          const { executorId } = valueOr(await here.market.register(here.agent));
          return here.market.apply(id, { executorId, message: flags.message });
        });
      }),
    );
  sending(em, 'submit <id>', 'Hands work in.')
    .requiredOption('--evidence <file>', 'JSON, keyed by evidence type: {"json_response": {...}}')
    .option('--notes <text>', 'for its publisher', '')
    .action((text: string, flags: Flags & { readonly evidence: string; readonly notes: string }) =>
      run(flags, async (here) => {
        const id = taskId(text);
        const evidence = await evidenceIn(flags.evidence);
        return send(flags, { submit: id, evidence, notes: flags.notes }, async () => {
          const { executorId } = valueOr(await here.market.register(here.agent));
          return here.market.submit(id, { executorId, evidence, notes: flags.notes });
        });
      }),
    );
  sending(
    em,
    'rate <id>',
    'Rates the other side of a completed task, whichever side the agent was.',
  )
    .requiredOption('--score <n>', '0 to 100', wholeNumber)
    .option('--notes <text>', 'why', '')
    .action((text: string, flags: Flags & Rated) =>
      run(flags, (here) => {
        const id = taskId(text);
        return send(flags, { rate: id, score: flags.score, notes: flags.notes }, () =>
          rate(id, flags, here),
        );
      }),
    );
}

async function rate(id: TaskId, { score, notes: comment }: Rated, { market, self }: MarketHere) {
  const task = valueOr(await market.task(id));
  if (task.publisher !== self) return market.rateAgent(id, { score, comment });
  const applications = valueOr(await market.applications(id));
  const chosen = applications.find(({ executorId }) => executorId === task.executorId);
  if (chosen === undefined)
    throw new CannotStart(`Nobody works on task ${id}: there is nobody to rate.`);
  return market.rateWorker(id, { worker: chosen.wallet, score, comment });
}

async function evidenceIn(file: string): Promise<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new CannotStart(
      `${file} holds no evidence: write JSON such as {"json_response": {"url": "...", "sha256": "..."}}.`,
      { cause },
    );
  }
}
