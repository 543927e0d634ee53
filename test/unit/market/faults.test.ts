import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8');

/** Of each row: the files of its last column, each with the names of tests that stand in it. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`test/'))
  .map((line) => line.split(' | '))
  .map(([fault = '', tests = '']) => [fault.slice(2), tests.replace(/ \|$/, '')] as const);

it('every fault has its tests', () => {
  expect(rows.length).toBeGreaterThan(25);
});

it.each(rows)('%s', (_fault, tests) => {
  let text = '';
  for (const part of tests.split('; ')) {
    const [, file, name] = /^(?:`(test\/[^`]+)`: )?(.+)$/.exec(part) ?? [];
    if (file !== undefined) text = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    expect(text).toContain(name);
  }
});
