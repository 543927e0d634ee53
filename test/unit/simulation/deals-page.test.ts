import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BUYING } from '#core/market/buying.ts';
import { SELLING } from '#core/market/selling.ts';
import { dealsPage } from '../../../scripts/deals/page.ts';

const page = dealsPage();

it('docs/deals.md is what the tables say', () => {
  const docs = join(import.meta.dirname, '../../../docs/deals.md');
  expect(readFileSync(docs, 'utf8')).toBe(page);
});

it('draws an arrow for every cell of both tables', () => {
  const [, buying = '', selling = ''] = page.split('stateDiagram-v2');
  const machines = [
    [BUYING, buying],
    [SELLING, selling],
  ] as const;
  for (const [table, drawn] of machines) {
    for (const [state, row] of Object.entries<object>(table)) {
      for (const event of Object.keys(row))
        expect(drawn, `${state} upon ${event}`).toMatch(
          new RegExp(`^  ${state} --> \\w+: (.*, )?${event}\\b`, 'm'),
        );
    }
  }
});
