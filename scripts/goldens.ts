import { Command } from 'commander';
import { type Golden, goldens, REAL_LOGS } from './goldens/read.ts';
import {
  judge,
  overall,
  precision,
  recall,
  type Score,
  told,
  type Verdict,
} from './goldens/score.ts';
import { print, table } from './viva/output.ts';

interface Options {
  readonly holdOut: boolean;
  readonly errors: boolean;
  readonly json: boolean;
}

const program = new Command('goldens')
  .description('Measures skills, topics, voice and language of the refinery on labelled messages.')
  .option(
    '--hold-out',
    'the half that is not tuned on (say so in test/fixtures/goldens/README.md)',
    false,
  )
  .option('--errors', 'prints the messages that are read wrongly; never of the hold-out', false)
  .option('--json', 'prints counts as JSON', false)
  .action((options: Options) => {
    const chosen = goldens().filter(({ heldOut }) => heldOut === options.holdOut);
    const parts = [
      { name: 'all', verdict: judge(chosen) },
      { name: 'real lines', verdict: judge(chosen.filter(({ real }) => real)) },
      { name: 'written', verdict: judge(chosen.filter(({ real }) => !real)) },
    ];
    if (!chosen.some(({ real }) => real)) {
      console.error(`The real lines are left out: ${REAL_LOGS} is absent.`);
    }
    print(
      options.json,
      parts.map(({ name, verdict: { misses, ...counts } }) => ({ name, ...counts })),
      () =>
        [title(chosen, options), ...parts.map(({ name, verdict }) => page(name, verdict))].join(
          '\n\n',
        ),
    );
    if (options.errors && !options.holdOut) listErrors(parts[0]?.verdict);
  });

function title(chosen: readonly Golden[], { holdOut }: Options): string {
  return `${chosen.length} messages of the ${holdOut ? 'hold-out' : 'half that is tuned on'}; 95 % Wilson intervals in brackets`;
}

function page(name: string, verdict: Verdict): string {
  return [
    name.toUpperCase(),
    rows([...verdict.skills, overall(verdict.skills)]),
    rows([...verdict.topics, overall(verdict.topics)]),
    `stance of the skills found: ${told(verdict.stance)}`,
    rows(verdict.voice),
    `language, of 20 characters and more: ${told(verdict.language)}`,
  ].join('\n');
}

function rows(scores: readonly Score[]): string {
  return table(
    ['label', 'precision', 'recall'],
    scores.map((score) => [score.label, told(precision(score)), told(recall(score))]),
  );
}

function listErrors(verdict: Verdict | undefined): void {
  for (const { label, kind, text } of verdict?.misses ?? []) {
    console.log(`${kind.padEnd(7)}${label.padEnd(12)}${JSON.stringify(text.slice(0, 160))}`);
  }
}

program.parse();
