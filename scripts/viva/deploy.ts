import type { Command } from 'commander';
import { BeatOutcome } from '#contract/beat.ts';
import { ROSTER } from '#contract/roster.ts';
import { functionName } from '../../lib/names.ts';
import { build } from '../build.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { bundleOf, type CodeVerdict, verifyCode } from '../stage/deploy/verify-code.ts';
import { beatOnce } from '../stage/drain.ts';
import { run } from '../stage/run.ts';
import { type Site, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { enrolAll } from '../stage/wallets/create.ts';
import { examine, type Health, healthText } from './doctor.ts';
import { fail, paint, print, table } from './output.ts';

/** Without these nothing can be deployed; the rest must be well for a stage to work, and often comes with the deployment. */
const NEEDED = new Set(['credentials', 'bootstrap', 'quotas', 'secrets', 'chain']);

interface Flags extends StageFlags {
  readonly dryRun: boolean;
}

/** The contract of `--json`. */
export interface Deployment {
  readonly stage: string;
  readonly status: 'would-deploy' | 'deployed';
  readonly health: Health;
  /** Of the coordinator's beat. */
  readonly smoke?: string;
  readonly code?: readonly CodeVerdict[];
}

export function addDeploy(program: Command): void {
  withStage(program.command('deploy'))
    .description(
      'Doctor, synth, diff, deploy, a smoke beat, and whether each function runs the code that was built: exit code 0 only if it does.',
    )
    .option('--dry-run', 'as far as the difference to what stands; deploy nothing', false)
    .action((flags: Flags) => deploy(flags).catch(fail));
}

async function deploy(flags: Flags): Promise<void> {
  const site = await siteOf(flags);
  const { name: stage } = site.stage;
  if (site.connection !== undefined)
    throw new CannotStart(
      'The local stage is deployed by its start: stop `npm start` and start it again; `viva doctor --stage local` looks at it.',
    );
  const health = await examine(site);
  const blocking = health.checks.filter(
    ({ check, status }) => status === 'failed' && NEEDED.has(check),
  );
  if (blocking.length > 0) {
    console.error(healthText(health));
    throw new CannotStart(
      `Nothing was deployed: ${blocking.map(({ check }) => check).join(', ')} first.`,
    );
  }
  await build({ quiet: true });
  const context = ['--all', '-c', `stage=${stage}`];
  await run('cdk', ['synth', '--quiet', ...context]);
  await run('cdk', ['diff', ...context]);
  if (flags.dryRun) {
    print(
      flags.json,
      { stage, status: 'would-deploy', health } satisfies Deployment,
      () => `Nothing was deployed to ${stage}; the difference is above.`,
    );
    return;
  }
  await run('cdk', ['deploy', '--require-approval', 'broadening', ...context]);
  const done = await prove(site, health);
  print(flags.json, done, () => deployedText(done));
}

/** After the deployment: whose wallet is whose, one beat, and the code that runs. */
async function prove(site: Site, health: Health): Promise<Deployment> {
  await enrolAll(site);
  const [first] = ROSTER;
  const smoke =
    first === undefined ? 'nobody' : BeatOutcome.parse(await beatOnce(site, first.id)).outcome;
  const names = [
    ...ROSTER.map(({ id }) => ({
      room: 'heartbeat',
      name: functionName(site.stage, 'heartbeat', id),
    })),
    ...['wake', 'storefront', 'reconcile', 'collect-logs'].map((room) => ({
      room,
      name: functionName(site.stage, room),
    })),
  ];
  const code = await Promise.all(
    names.map(({ room, name }) => verifyCode(site.lambda, name, bundleOf(room))),
  );
  if (code.some(({ status }) => status !== 'ours')) process.exitCode = 1;
  return { stage: site.stage.name, status: 'deployed', health, smoke, code };
}

function deployedText({ stage, smoke = '', code = [] }: Deployment): string {
  const rows = code.map(({ functionName: name, status, codeSha256, differing }) => [
    name,
    paint(status === 'ours' ? 'green' : 'red', status),
    codeSha256,
    differing.join(' '),
  ]);
  return `${table(['FUNCTION', 'CODE', 'SHA-256', 'DIFFERING'], rows)}\n\nStage ${stage} is deployed; smoke beat: ${smoke}.`;
}
