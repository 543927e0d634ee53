import type { Command } from 'commander';
import { KARMACADABRA, readCensus } from '../stage/import/census.ts';
import { type KeySource, readKeys } from '../stage/import/keys.ts';
import { type Settled, settle } from '../stage/import/settle.ts';
import { refuseOtherChain, siteOf } from '../stage/site.ts';
import { withStage } from '../stage/stages.ts';
import { sizeText } from './logs/progress.ts';
import { type DryFlags, dryable } from './moving.ts';
import { fail, paint, print, table } from './output.ts';

interface Flags extends DryFlags, KeySource {
  readonly from: string;
}

export function addImport(program: Command): void {
  dryable(withStage(program.command('import')))
    .description(
      'Brings in what already runs: wallets, ERC-8004 ids, executor ids and chat logs. Looks at all of it first (each key is of its wallet, each id of its owner); run again it goes on.',
    )
    .option('--from <census>', 'JSON that says what runs', KARMACADABRA)
    .option('--keys <file>', 'a seed, or JSON of a key by agent, in a file with mode 600')
    .option('--keys-secret <name>', 'the same from a secret; {agent} in its name: one each')
    .option('--keys-region <region>', "of that secret (default: the stage's)")
    .addHelpText(
      'after',
      '\nWithout --keys the wallets that the stage has are looked at. A key is never an argument and never printed.',
    )
    .action((flags: Flags) => bring(flags).catch(fail));
}

async function bring(flags: Flags): Promise<void> {
  const census = await readCensus(flags.from);
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  const agents = census.settlers.map(({ agent }) => agent);
  const keys = await readKeys(site, agents, flags);
  const done = await settle(site, census, { keys, isDry: flags.dryRun });
  if (done.status === 'refused') process.exitCode = 1;
  print(flags.json, done, () => settledText(done));
}

/** Pure. */
function settledText({ stage, status, agents, logs, problems, later }: Settled): string {
  const rows = agents.map(({ agent, key, identity = '', executorId = '', wallet }) => {
    return [agent, key, identity, executorId, wallet];
  });
  const lines = [table(['AGENT', 'KEY', 'ERC-8004', 'EXECUTOR', 'WALLET'], rows), ''];
  if (logs !== undefined) {
    const { copied, bytes, there, kept, bucket } = logs;
    const verb = status === 'imported' ? 'came' : 'would come';
    lines.push(`${copied} logs (${sizeText(bytes)}) ${verb} from ${bucket}; ${there} are there.`);
    for (const key of kept) lines.push(`${key} is another file here, and stays.`);
  }
  if (later.length > 0) lines.push(`After the deployment, run it again for: ${later.join(', ')}.`);
  lines.push(...problems.map((problem) => paint('red', `- ${problem}.`)));
  lines.push(WORDS[status].replace('STAGE', stage));
  return lines.join('\n');
}

const WORDS: Readonly<Record<Settled['status'], string>> = {
  refused: 'Stage STAGE is not as the census says: mend the above, and run it again.',
  'would-import': 'All of it fits; nothing was written to stage STAGE.',
  imported: 'Stage STAGE has it all.',
};
