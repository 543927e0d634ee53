import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Bill, billOf, type Load } from '../cost/bill.ts';
import { PRICES, PRICES_OF } from '../cost/prices.ts';
import { stackOf } from '../cost/stack.ts';
import { wholeNumber } from './options.ts';
import { fail, paint, print, table } from './output.ts';

/** Stages that cost something. */
const STAGES = ['prod', 'sandbox'];

interface Flags {
  readonly stage: string;
  readonly agents: number;
  readonly beat: number;
  readonly messages: number;
  readonly json: boolean;
}

export function addCost(program: Command): void {
  program
    .command('cost')
    .description('What a month of a stage costs on AWS, line by line: its templates, priced.')
    .addOption(new Option('--stage <name>', 'whose templates').choices(STAGES).default('prod'))
    .option('--agents <n>', 'how many live', positive, 7)
    .option('--beat <time>', 'between the beats of one agent: 5m, 1h', minutes, 5)
    .option('--messages <n>', 'new chat messages a month', wholeNumber, 100_000)
    .option('--json', 'print one JSON value and nothing else', false)
    .action((flags: Flags) => cost(flags).catch(fail));
}

async function cost({ stage, agents, beat, messages, json }: Flags): Promise<void> {
  const load = { agents, beatMinutes: beat, messages };
  const { monthlyUsd, lines } = billOf(await stackOf(stage), load);
  const rounded = { monthlyUsd: cents(monthlyUsd), lines: lines.map(roundLine) };
  print(json, rounded, () => billText({ monthlyUsd, lines }, { load, stage }));
}

/** Quantities to three figures after the point, dollars to a hundredth of a cent. */
function roundLine(line: Bill['lines'][number]) {
  return { ...line, quantity: Math.round(line.quantity * 1000) / 1000, usd: rounded(line.usd, 4) };
}

function cents(usd: number): number {
  return rounded(usd, 2);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function billText(
  { monthlyUsd, lines }: Pick<Bill, 'monthlyUsd' | 'lines'>,
  { load, stage }: { readonly load: Load; readonly stage: string },
): string {
  const { agents, beatMinutes, messages } = load;
  const rows = lines.map(({ item, unit, quantity, usd }) => [
    `$${usd.toFixed(2)}`.padStart(9),
    `$${(usd / agents).toFixed(4)}`,
    item,
    `${grouped(quantity)} ${unit}`,
    PRICES[item].free > 0 ? `${grouped(PRICES[item].free)} free` : '',
  ]);
  return [
    `${stage}: ${agents} agents, a beat every ${beatMinutes} min, ${grouped(messages)} new messages a month; ${PRICES_OF.region}, prices of ${PRICES_OF.asOf}`,
    '',
    table(['a month', 'an agent', 'line', 'used', ''], rows),
    '',
    paint(
      'bold',
      `$${monthlyUsd.toFixed(2)} a month, $${(monthlyUsd / agents).toFixed(3)} an agent`,
    ),
    'What is assumed and what is counted: scripts/cost/usage.ts. Not in it: gas, tax, support.',
  ].join('\n');
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
}

function positive(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('0 agents cost nothing: give one or more.');
  return value;
}

function minutes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})(m|h)$/.exec(text) ?? [];
  const value = Number(digits) * (unit === 'h' ? 60 : 1);
  if (value < 1)
    throw new InvalidArgumentError(`${text} should be minutes or hours, like 5m or 1h.`);
  return value;
}
