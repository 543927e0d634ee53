import type { Command } from 'commander';
import { type Finding, runChecks } from '../stage/checks/check.ts';
import { doorChecks } from '../stage/checks/doors.ts';
import { ircCheck } from '../stage/checks/irc.ts';
import { awsChecks } from '../stage/checks/on-aws.ts';
import { walletChecks } from '../stage/checks/wallets.ts';
import { type Site, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { fail, paint, print, table } from './output.ts';
import { plain } from './words.ts';

/** No check is waited for longer, in ms. */
const PATIENCE = 20_000;

/** The contract of `--json`. */
export interface Health {
  readonly stage: string;
  readonly ok: boolean;
  readonly checks: readonly Finding[];
}

export function addDoctor(program: Command): void {
  withStage(program.command('doctor'))
    .description(
      'Looks whether a stage can be deployed and can work: exit code 0 only if nothing is wrong, else what to do.',
    )
    .action((flags: StageFlags) => doctor(flags).catch(fail));
}

async function doctor(flags: StageFlags): Promise<void> {
  const health = await examine(await siteOf(flags));
  if (!health.ok) process.exitCode = 1;
  print(flags.json, health, () => healthText(health));
  // whoever was not waited for does not keep us either
  setTimeout(() => process.exit(), 200).unref();
}

/** Every check, side by side. Never rejects. */
export async function examine(site: Site, patienceMs = PATIENCE): Promise<Health> {
  const { stage } = site;
  const place = site.place().catch(unknownBecause);
  const checks = await runChecks(
    [
      ...awsChecks(stage.region, site.connection !== undefined),
      ...walletChecks(site),
      ...doorChecks(site, () => place),
      ircCheck(site),
    ],
    patienceMs,
  );
  const isOk = checks.every(({ status }) => status !== 'failed');
  return { stage: stage.name, ok: isOk, checks };
}

function unknownBecause(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.includes('is not deployed')
    ? 'it comes with the deployment'
    : `cannot be asked for (${words.split(':')[0] ?? ''})`;
}

const COLOURS = { ok: 'green', skipped: 'dim', failed: 'red' } as const;

/** Pure. */
export function healthText({ stage, ok, checks }: Health): string {
  const rows = checks.map(({ check, status, found }) => [
    check,
    paint(COLOURS[status], status),
    plain(found),
  ]);
  const remedies = checks.flatMap((one) =>
    one.status === 'failed' ? [`  ${one.check}: ${plain(one.remedy)}`] : [],
  );
  const verdict = ok
    ? paint('green', `Stage ${stage} is well.`)
    : `${paint('red', `Stage ${stage} is not ready.`)} What to do:\n${remedies.join('\n')}`;
  return `${table(['CHECK', '', 'FOUND'], rows)}\n\n${verdict}`;
}
