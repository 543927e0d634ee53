import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastLines } from '../../../scripts/viva/irc.ts';
import { aFolder } from '../../support/folders.ts';

const line = (n: number) => ({
  nick: 'chigüiro',
  channel: '#kk',
  text: `línea ${n} ${'ñ'.repeat(n % 200)}`,
  ts: '2026-01-01T00:00:00.000Z',
});

function aLog(lines: number, rest = ''): { readonly file: string; readonly size: number } {
  const file = join(aFolder(), 'irc.jsonl');
  const text = Array.from({ length: lines }, (_none, n) => `${JSON.stringify(line(n))}\n`).join('');
  writeFileSync(file, text + rest);
  return { file, size: statSync(file).size };
}

describe('the end of the IRC log', () => {
  // the larger ones reach over several blocks of 64 KiB, whose edges fall into letters of two bytes
  it.each([
    [0, 5],
    [3, 5],
    [5, 5],
    [3_000, 1],
    [3_000, 20],
    [3_000, 2_000],
    [3_000, 3_000],
    [3_000, 0],
  ])('of %i lines the last %i', async (total, wanted) => {
    const { file, size } = aLog(total);
    const { heard, next } = await lastLines(file, { size, lines: wanted });
    const from = Math.max(0, total - wanted);
    expect(heard).toEqual(
      Array.from({ length: Math.min(total, wanted) }, (_none, n) => line(from + n)),
    );
    expect(next).toBe(size);
  });

  it('leaves a line that is still being written to who follows', async () => {
    const { file, size } = aLog(2, '{"nick":"an');
    const { heard, next } = await lastLines(file, { size, lines: 9 });
    expect(heard).toEqual([line(0), line(1)]);
    expect(next).toBe(size - '{"nick":"an'.length);
  });
});
