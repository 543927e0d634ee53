import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Aggregated } from '#contract/aggregated.ts';
import { convert } from '../../../scripts/viva/aggregated.ts';
import { aFolder } from '../../support/folders.ts';

const RECORDS = [
  { ts: '2026-01-05T23:59:59Z', user: 'ana', text: 'hola "a todos"\n', kind: 'message' },
  { ts: '2026-01-06T00:00:00Z', user: 'bo', text: '¿qué tal? 🙂', kind: 'action' },
] as const;

function rawLogs(text: string): string {
  const file = join(aFolder(), 'raw.ndjson.gz');
  writeFileSync(file, gzipSync(text));
  return file;
}

const linesOf = (records: readonly object[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('viva products aggregated', () => {
  it('writes every message in the old shape, and what they come to', async () => {
    const target = join(aFolder(), 'aggregated.json');
    expect(await convert(rawLogs(linesOf(RECORDS)), target, false)).toBe(2);
    expect(Aggregated.parse(JSON.parse(readFileSync(target, 'utf8')))).toEqual({
      messages: RECORDS.map(({ ts, user, text }) => {
        return { ts, user, message: text, source: 'corpus', date: ts.slice(0, 10) };
      }),
      stats: {
        total_messages: 2,
        date_count: 2,
        dates: ['2026-01-05', '2026-01-06'],
        last_updated: '2026-01-06T00:00:00Z',
      },
    });
  });

  it('writes an empty one of no messages', async () => {
    const target = join(aFolder(), 'aggregated.json');
    await convert(rawLogs(''), target, false);
    expect(Aggregated.parse(JSON.parse(readFileSync(target, 'utf8'))).stats).toEqual({
      ...{ total_messages: 0, date_count: 0, dates: [], last_updated: null },
    });
  });

  it.each([
    ['another product', linesOf([{ user: 'ana', rank: 1 }])],
    ['no JSON', 'hola\n'],
  ])('refuses %s in one sentence, and leaves no file', async (_what, text) => {
    const target = join(aFolder(), 'aggregated.json');
    await expect(convert(rawLogs(text), target, false)).rejects.toThrow(/is no raw_logs in gzip/);
    expect(() => readFileSync(target)).toThrow(/ENOENT/);
  });

  it('replaces nothing without leave', async () => {
    const target = join(aFolder(), 'aggregated.json');
    writeFileSync(target, 'mine');
    await expect(convert(rawLogs(linesOf(RECORDS)), target, false)).rejects.toThrow(/EEXIST|there/);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(await convert(rawLogs(linesOf(RECORDS)), target, true)).toBe(2);
  });
});
