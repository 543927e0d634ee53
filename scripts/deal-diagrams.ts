import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { dealsPage } from './deals/page.ts';
import { fail } from './viva/output.ts';

const PAGE = join(import.meta.dirname, '../docs/deals.md');

new Command('deal-diagrams')
  .description('Draws the buying and the selling machine from their tables into docs/deals.md.')
  .option('--check', 'write nothing; exit 1 when the page is not what the tables say', false)
  .action(({ check }: { readonly check: boolean }) => {
    try {
      run(check);
    } catch (error) {
      fail(error);
    }
  })
  .parse();

function run(isCheck: boolean): void {
  const page = dealsPage();
  if (!isCheck) {
    writeFileSync(PAGE, page);
    return;
  }
  if (readFileSync(PAGE, 'utf8') === page) return;
  console.error('docs/deals.md is not what the tables say: run `node scripts/deal-diagrams.ts`.');
  process.exitCode = 1;
}
