import { type Command, InvalidArgumentError } from 'commander';
import { S3Reports } from '#adapters/s3/s3-reports.ts';
import { formatUsdc } from '#contract/money.ts';
import { COORDINATOR, ROSTER } from '#contract/roster.ts';
import { report as draw, profits } from '#core/coordinate/report.ts';
import { type Survey, survey } from '#core/coordinate/survey.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import type { Clients } from '../local/economy/connection.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print } from './output.ts';

/** Between two beats of every agent, as stages have it. */
const EVERY_MS = 5 * 60_000;

interface Flags extends LookFlags {
  readonly day?: string;
}

/** The coordinator's view; amounts in decimal USDC, `product` is empty for all of an agent's, `fresh` is of the profit what came since the last report of an earlier day. */
export interface ReportView {
  readonly at: string;
  readonly agents: readonly { readonly id: string; readonly life: string }[];
  readonly findings: readonly {
    readonly kind: string;
    readonly agent: string;
    readonly because: string;
  }[];
  readonly profits: readonly Readonly<
    Record<'agent' | 'product' | 'sold' | 'bought' | 'fees' | 'profit' | 'fresh', string>
  >[];
}

export function addReport(program: Command): void {
  withLookFlags(program.command('report'))
    .description(
      'What the coordinator sees: who needs a look, profit and loss, how everybody fares.',
    )
    .option('--day <YYYY-MM-DD>', 'the report that it kept of that UTC day', day)
    .action((flags: Flags) => report(flags).catch(fail));
}

function day(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no day: write it as 2026-03-01.`);
}

async function report({ dir, json, day: asked }: Flags): Promise<void> {
  const { clients } = await economyAt(dir);
  if (asked !== undefined) {
    const kept = await new S3Reports(clients.objects).of(asked);
    if (kept === undefined)
      throw new CannotStart(
        `No report of ${asked} was kept: leave --day out to see how things stand now.`,
      );
    print(json, { day: asked, markdown: kept }, () => kept.trimEnd());
    return;
  }
  const view = await look(clients);
  print(json, reportView(view), () => draw(view).trimEnd());
}

/** As the coordinator would see it now. */
async function look({ agents, books }: Clients): Promise<Survey> {
  const [{ state }, pulses] = await Promise.all([
    books.of(COORDINATOR),
    agents.pulses(ROSTER.map(({ id }) => id)),
  ]);
  const now = new Date();
  const oversight = state?.oversight ?? { since: now.toISOString(), woken: {}, still: {} };
  return survey(ROSTER, { pulses, everyMs: EVERY_MS }, { oversight, now });
}

/** Pure. */
export function reportView(view: Survey): ReportView {
  return {
    at: view.now.toISOString(),
    agents: view.members.map(({ agent, life }) => ({ id: agent.id, life })),
    findings: view.findings.map(({ kind, agentId, because }) => ({
      kind,
      agent: agentId,
      because,
    })),
    profits: profits(view).map(({ agent, product, income, expense, fees, profit, fresh }) => ({
      agent,
      product,
      sold: formatUsdc(income),
      bought: formatUsdc(expense),
      fees: formatUsdc(fees),
      profit: formatUsdc(profit),
      fresh: formatUsdc(fresh),
    })),
  };
}
