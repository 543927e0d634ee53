import type { Oversight, Trade } from '#contract/agent-state.ts';
import { formatUsdc } from '#contract/money.ts';
import { age } from '../talk/age.ts';
import { summary } from './standup.ts';
import type { Member, Survey } from './survey.ts';

/** One line of profit and loss, in micro-USDC; `product` is empty for all of an agent's. */
export interface ProfitRow extends Trade {
  readonly agent: string;
  readonly product: string;
  readonly profit: bigint;
  /** Of the profit, what has come since the last report of an earlier day; all of it when there was none. */
  readonly fresh: bigint;
}

/** Profit and loss by agent and product since each ledger was opened, each agent's sum after its products, and all agents' last. */
export function profits({ members, before }: Pick<Survey, 'members' | 'before'>): ProfitRow[] {
  const rows = members.flatMap(({ agent, pulse }) => {
    const trades = Object.entries(pulse?.trades ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const byProduct = trades.map(([product, trade]) =>
      row(agent.id, product, { ...trade, told: before?.profits[`${agent.id}/${product}`] ?? 0n }),
    );
    return byProduct.length === 0 ? [] : [...byProduct, total(agent.id, byProduct)];
  });
  const totals = rows.filter(({ product }) => product === '');
  return [...rows, total('all agents', totals)];
}

/** What is remembered of a report, for the column of the next day's. */
export function figuresOf(survey: Survey): NonNullable<Oversight['figures']> {
  const rows = profits(survey).filter(({ product }) => product !== '');
  return {
    day: survey.now.toISOString().slice(0, 10),
    profits: Object.fromEntries(
      rows.map(({ agent, product, profit }) => [`${agent}/${product}`, profit]),
    ),
  };
}

/** The day's report in Markdown: what to look at, profit and loss, and everybody's state. */
export function report(survey: Survey): string {
  const { now, findings, before } = survey;
  const at = now.toISOString();
  const parts = [
    `# Economía Viva, ${at.slice(0, 10)}`,
    `As of ${at.slice(11, 16)} UTC: ${summary(survey)}.`,
    '## To look at',
    findings.length === 0
      ? 'Nothing: nobody is stale, no deal is stuck, no balance is low, no product is quiet.'
      : findings
          .map(({ kind, agentId, because }) => `- ${kind}: ${agentId}: ${because}`)
          .join('\n'),
    '## Profit and loss',
    'USDC since each ledger was opened. What an agent bought stands under the product that it bought.',
    table(
      [
        ...['agent', 'product', 'sold', 'bought', 'fees', 'profit'],
        ...(before === undefined ? [] : [`since ${before.day}`]),
      ],
      profits(survey).map(({ agent, product, income, expense, fees, profit, fresh }) => [
        agent,
        product === '' ? '**all**' : product,
        ...[income, expense, fees, profit].map(money),
        ...(before === undefined ? [] : [money(fresh)]),
      ]),
    ),
    '## Agents',
    table(
      [
        'agent',
        'life',
        'last beat',
        'wallet',
        'open',
        'stuck',
        'oldest',
        'intents',
        'on the shelf',
      ],
      survey.members.map((member) => agentRow(member, now)),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function agentRow({ agent, pulse, life }: Member, now: Date): string[] {
  if (pulse === undefined) return [agent.id, life, 'never'];
  const ago = (at: string | undefined) =>
    at === undefined ? '' : age(Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000)));
  return [
    agent.id,
    life,
    `${ago(pulse.at)} ago`,
    formatUsdc(pulse.wallet),
    String(pulse.openDeals),
    String(pulse.overdue ?? 0),
    ago(pulse.oldestDealAt),
    String(pulse.pendingIntents),
    (pulse.shelf ?? []).join(', '),
  ];
}

function row(
  agent: string,
  product: string,
  { income, expense, fees, told }: Trade & { readonly told: bigint },
): ProfitRow {
  const profit = income - expense - fees;
  return { agent, product, income, expense, fees, profit, fresh: profit - told };
}

function total(agent: string, rows: readonly ProfitRow[]): ProfitRow {
  const sum = (of: (each: ProfitRow) => bigint) => rows.reduce((all, each) => all + of(each), 0n);
  return row(agent, '', {
    income: sum(({ income }) => income),
    expense: sum(({ expense }) => expense),
    fees: sum(({ fees }) => fees),
    told: sum(({ profit, fresh }) => profit - fresh),
  });
}

function money(micro: bigint): string {
  return micro === 0n ? '' : formatUsdc(micro);
}

/** Padded, so that it reads in a terminal as well. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
