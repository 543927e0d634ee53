import { join } from 'node:path';
import type { Command } from 'commander';
import { BeatOutcome } from '#contract/beat.ts';
import { ROSTER } from '#contract/roster.ts';
import { build } from '../build.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { assemble } from '../local/economy/assembly.ts';
import { type DeployedFunction, functionsIn } from '../stage/deploy/functions.ts';
import { type CodeVerdict, verifyCode } from '../stage/deploy/verify-code.ts';
import { beatOnce } from '../stage/drain.ts';
import { run } from '../stage/run.ts';
import { type Site, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { enrolAll } from '../stage/wallets/create.ts';
import { examine, type Health, healthText } from './doctor.ts';
import { fail, paint, print, table } from './output.ts';

/** Without these nothing can be deployed; the rest must be well for a stage to work, and often comes with the deployment. */
const NEEDED = new Set(['credentials', 'bootstrap', 'quotas', 'secrets', 'chain']);
const OUT = join(import.meta.dirname, '../../dist/deploy');

interface Flags extends StageFlags {
  readonly dryRun: boolean;
}

/** `what` is the command line that does it, where one does. */
export interface Step {
  readonly step: 'doctor' | 'synth' | 'diff' | 'deploy' | 'smoke' | 'verify';
  readonly status: 'done' | 'failed' | 'skipped' | 'would';
  readonly what: string;
}

/** The contract of `--json`. */
export interface Deployment {
  readonly stage: string;
  readonly status: 'would-deploy' | 'deployed' | 'differs';
  readonly steps: readonly Step[];
  readonly health: Health;
  /** Of the first agent's beat. */
  readonly smoke?: string;
  readonly code?: readonly CodeVerdict[];
}

export function addDeploy(program: Command): void {
  withStage(program.command('deploy'))
    .description(
      'Doctor, synth, diff, deploy, a smoke beat, and whether every function runs the code that was built: exit code 0 only if it does. The local stage is deployed by its start, and is proven here as it runs.',
    )
    .option('--dry-run', 'as far as nothing changes; names the other steps', false)
    .action((flags: Flags) => deploy(flags).catch(fail));
}

async function deploy(flags: Flags): Promise<void> {
  const site = await siteOf(flags);
  const health = await examine(site);
  const blocking = health.checks.flatMap(({ check, status }) =>
    status === 'failed' && NEEDED.has(check) ? [check] : [],
  );
  if (blocking.length > 0) console.error(healthText(health));
  if (blocking.length > 0 && !flags.dryRun)
    throw new CannotStart(`Nothing was deployed: ${blocking.join(', ')} first.`);
  const doctor: Step = { step: 'doctor', status: 'done', what: 'viva doctor' };
  const plan = { site, isDry: flags.dryRun, isBlocked: blocking.length > 0 };
  const done = await carryOut(plan, health, [
    blocking.length > 0 ? { ...doctor, status: 'failed', what: blocking.join(', ') } : doctor,
  ]);
  if (done.status === 'differs' || blocking.length > 0) process.exitCode = 1;
  print(flags.json, done, () => deployedText(done));
}

interface Plan {
  readonly site: Site;
  readonly isDry: boolean;
  readonly isBlocked: boolean;
}

async function carryOut(plan: Plan, health: Health, steps: Step[]): Promise<Deployment> {
  const { site, isDry } = plan;
  const { name: stage } = site.stage;
  const assembly = await synth(plan, steps);
  const functions = await functionsIn(assembly);
  await change(plan, assembly, steps);
  const smoke = `one beat of ${ROSTER[0]?.id ?? 'nobody'}`;
  const verify = `the files of ${functions.length} functions against ${assembly}`;
  if (isDry) {
    steps.push({ step: 'smoke', status: 'would', what: smoke });
    steps.push({ step: 'verify', status: 'would', what: verify });
    return { stage, status: 'would-deploy', steps, health };
  }
  const proof = await prove(site, functions);
  const isOurs = proof.code.every(({ status }) => status === 'ours');
  steps.push({ step: 'smoke', status: 'done', what: smoke });
  steps.push({ step: 'verify', status: isOurs ? 'done' : 'failed', what: verify });
  return { stage, status: isOurs ? 'deployed' : 'differs', steps, health, ...proof };
}

/** One assembly for all that follows: what is compared and deployed is what was built, whatever is saved meanwhile. */
async function synth({ site: { stage, connection } }: Plan, steps: Step[]): Promise<string> {
  if (connection !== undefined) {
    steps.push({ step: 'synth', status: 'done', what: 'as `npm start` does' });
    return assemble();
  }
  const out = join(OUT, stage.name);
  const args = ['synth', '--quiet', '-o', out, '-c', `stage=${stage.name}`];
  await build({ quiet: true });
  await run('cdk', args);
  steps.push({ step: 'synth', status: 'done', what: `cdk ${args.join(' ')}` });
  return out;
}

/** What AWS is asked and told to do. */
async function change(
  { site, isDry, isBlocked }: Plan,
  assembly: string,
  steps: Step[],
): Promise<void> {
  const diff = ['diff', '--app', assembly];
  const deploying = ['deploy', '--all', '--require-approval', 'broadening', '--app', assembly];
  if (site.connection !== undefined) {
    steps.push({ step: 'diff', status: 'skipped', what: 'the local cloud keeps no older stack' });
    steps.push({ step: 'deploy', status: 'skipped', what: 'the local stage is its start' });
    return;
  }
  if (!isBlocked) await run('cdk', diff);
  const status = isBlocked ? 'skipped' : 'done';
  steps.push({ step: 'diff', status, what: `cdk ${diff.join(' ')}` });
  if (!isDry) await run('cdk', deploying);
  const what = `cdk ${deploying.join(' ')}`;
  steps.push({ step: 'deploy', status: isDry ? 'would' : 'done', what });
}

/** After the deployment: whose wallet is whose, one beat, and the code that runs. */
async function prove(site: Site, functions: readonly DeployedFunction[]) {
  await enrolAll(site);
  const [first] = ROSTER;
  const smoke =
    first === undefined ? 'nobody' : BeatOutcome.parse(await beatOnce(site, first.id)).outcome;
  const code = await Promise.all(
    functions.map(({ name, bundle }) => verifyCode(site.lambda, name, bundle)),
  );
  return { smoke, code };
}

const COLOURS = { done: 'green', failed: 'red', skipped: 'dim', would: 'dim' } as const;

/** Pure. */
function deployedText({ stage, status, steps, smoke, code = [] }: Deployment): string {
  const done = steps.map((one) => [one.step, paint(COLOURS[one.status], one.status), one.what]);
  const rows = code.map(({ functionName: name, status: is, codeSha256, differing }) => [
    name,
    paint(is === 'ours' ? 'green' : 'red', is),
    codeSha256,
    differing.join(' '),
  ]);
  return [
    table(['STEP', '', 'WHAT'], done),
    ...(rows.length > 0 ? ['', table(['FUNCTION', 'CODE', 'SHA-256', 'DIFFERING'], rows)] : []),
    '',
    `${WORDS[status].replace('STAGE', stage)}${smoke === undefined ? '' : ` Smoke beat: ${smoke}.`}`,
  ].join('\n');
}

const WORDS: Readonly<Record<Deployment['status'], string>> = {
  'would-deploy': 'Nothing was changed in stage STAGE.',
  deployed: 'Stage STAGE is deployed, and every function runs what was built.',
  differs:
    'Stage STAGE runs other code than was built (above): of the local stage stop `npm start` and start it again, else deploy again.',
};
