import { type Command, InvalidArgumentError } from 'commander';
import type { TaskId } from '#contract/ids.ts';
import { formatUsdc, parseUsdc } from '#contract/money.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { wholeNumber } from '../options.ts';
import { choose } from './assign.ts';
import {
  type Flags,
  isDry,
  type Outcome,
  run,
  send,
  sending,
  taskId,
  taskTable,
  taskView,
} from './command.ts';
import { valueOr } from './explain.ts';
import type { MarketHere } from './market-of.ts';

export function addPublishing(em: Command): void {
  sending(em, 'publish', 'Posts a bounty for a product.')
    .requiredOption('--product <product>', `one of ${Product.options.join(', ')}`, product)
    .option('--bounty <usdc>', 'decimal USDC (default: the price of the product)', usdc)
    .option('--hours <n>', 'deadline', wholeNumber, 24)
    .option('--key <text>', 'the same key never posts twice (default: product, bounty and hour)')
    .action((flags: Flags & Publish) => run(flags, (here) => publish(flags, here)));
  sending(
    em,
    'assign <id> <executor>',
    'Chooses an applicant: reserves the budget and draws up the escrow; the next beat locks and assigns.',
  ).action((id: string, executorId: string, flags: Flags) =>
    run(flags, (here) => assign(taskId(id), executorId, { here, isDryRun: isDry(flags) })),
  );
  sending(em, 'approve <submission>', 'Pays for a submission.')
    .option('--score <n>', '0 to 100', wholeNumber, 95)
    .option('--notes <text>', 'for the worker', 'As promised.')
    .action((id: string, flags: Flags & Verdict) =>
      run(flags, (here) =>
        send(flags, { approve: id, score: flags.score, notes: flags.notes }, () =>
          here.market.approve(id, flags),
        ),
      ),
    );
  sending(
    em,
    'reject <submission>',
    'Sends work back, or with --major ends it and takes the bounty back.',
  )
    .requiredOption('--notes <text>', 'why, 10 to 1000 characters')
    .option('--major', 'for good: at most three in 24 hours', false)
    .action((id: string, flags: Flags & { readonly notes: string; readonly major: boolean }) => {
      const verdict = {
        severity: flags.major ? ('major' as const) : ('minor' as const),
        notes: flags.notes,
      };
      return run(flags, (here) =>
        send(flags, { reject: id, ...verdict }, () => here.market.reject(id, verdict)),
      );
    });
  sending(em, 'cancel <id>', 'Takes a task off the market; a lock comes back.')
    .option('--reason <text>', 'for the record', 'cancelled by hand')
    .action((text: string, flags: Flags & Reason) =>
      run(flags, (here) => cancel(taskId(text), flags, here)),
    );
}

interface Reason {
  readonly reason: string;
}
interface Verdict {
  readonly score: number;
  readonly notes: string;
}
interface Publish {
  readonly product: Product;
  readonly bounty?: bigint;
  readonly hours: number;
  readonly key?: string;
}

function cancel(
  id: TaskId,
  { reason, ...flags }: Flags & Reason,
  { market }: MarketHere,
): Promise<Outcome> {
  return send(flags, { cancel: id, reason }, () => market.cancel(id, reason));
}

async function publish(flags: Flags & Publish, { market, agent }: MarketHere): Promise<Outcome> {
  const { title, skill, price, minimumRecords } = PRODUCTS[flags.product];
  const bounty = flags.bounty ?? price;
  const request = {
    title: `[KK Request] ${title}`,
    instructions: `${title} as NDJSON, at least ${minimumRecords} records; URL, sha256, bytes and record count in json_response.`,
    bounty,
    deadlineHours: flags.hours,
    skills: [skill],
    agentName: agent,
  };
  const key =
    flags.key ?? `viva:${flags.product}:${bounty}:${new Date().toISOString().slice(0, 13)}`;
  const would = { publish: { ...request, bounty: formatUsdc(bounty) }, key };
  if (isDry(flags))
    return {
      value: { dryRun: true, ...would },
      text: `Would publish ${request.title} for $${formatUsdc(bounty)}.`,
    };
  const task = valueOr(await market.publish(request, key));
  return { value: taskView(task), text: taskTable([task]) };
}

async function assign(
  id: TaskId,
  executorId: string,
  { here, isDryRun }: { readonly here: MarketHere; readonly isDryRun: boolean },
): Promise<Outcome> {
  const task = valueOr(await here.market.task(id));
  const application = valueOr(await here.market.applications(id)).find(
    (one) => one.executorId === executorId,
  );
  if (application === undefined) {
    throw new CannotStart(
      `${executorId} has not applied to task ${id}: \`viva em task ${id} --agent ${here.agent}\` lists who has.`,
    );
  }
  const { payTo, bountyMicro } = await choose({ task, application }, here, isDryRun);
  const value = {
    dryRun: isDryRun,
    taskId: id,
    executorId,
    payTo,
    bountyUsdc: formatUsdc(bountyMicro),
  };
  const text = isDryRun
    ? `The gate lets $${value.bountyUsdc} to ${payTo} pass; nothing was written.`
    : `Chosen: the next beat of ${here.agent} locks $${value.bountyUsdc} for ${payTo} and assigns (\`viva beat ${here.agent}\`, \`viva deals ${id}\`).`;
  return { value, text };
}

function product(text: string): Product {
  const found = Product.safeParse(text);
  if (found.success) return found.data;
  throw new InvalidArgumentError(
    `${text} is no product: use one of ${Product.options.join(', ')}.`,
  );
}

function usdc(text: string): bigint {
  const amount = parseUsdc(text);
  if (amount !== undefined && amount > 0n) return amount;
  throw new InvalidArgumentError(`${text} is no amount: use decimal USDC such as 0.05.`);
}
