import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BoughtInput, daySource } from '#adapters/products/inputs.ts';
import type { DaySource } from '#adapters/products/kept-states.ts';
import { streamed } from '../../support/messages.ts';

const line = (day: string, text: string): string =>
  JSON.stringify({ ts: `${day}T10:00:00Z`, user: 'ana', text, kind: 'message' });

/** A purchase with these lines, and how often it was opened. */
function aPurchase(lines: readonly string[]): { input: BoughtInput; opened: () => number } {
  let opened = 0;
  const bytes = gzipSync(`${lines.join('\n')}\n`);
  const open = () => {
    opened += 1;
    return Promise.resolve(streamed([bytes.subarray(0, 20), bytes.subarray(20)]));
  };
  return { input: { product: 'raw_logs', version: 'v', open }, opened: () => opened };
}

async function texts(source: DaySource | undefined, ...days: string[]): Promise<string[]> {
  const messages = await Array.fromAsync(source!.messages(new Set(days), new Set()));
  return messages.map(({ text }) => text);
}

const [MON, TUE, WED] = ['2026-01-05', '2026-01-06', '2026-01-07'] as const;

describe('a purchase by days', () => {
  it('is read twice in all by who asks for its days in their order', async () => {
    const { input, opened } = aPurchase([
      ...[line(MON, 'a'), line(MON, 'b'), line(TUE, 'c'), line(WED, 'd')],
    ]);
    const source = await daySource(input);
    expect(source?.days.map(({ day }) => day)).toEqual([MON, TUE, WED]);
    expect(await texts(source, MON)).toEqual(['a', 'b']);
    expect(await texts(source, TUE, WED)).toEqual(['c', 'd']);
    expect(opened()).toBe(2);
  });

  it('gives all of a day, wherever a seller has put its lines, and days again', async () => {
    const strange = '{"user":"eva","ts":"2026-01-05T11:00:00Z","text":"x","kind":"message"}';
    const { input } = aPurchase([
      ...[line(TUE, 'c'), line(MON, 'a'), strange, line(WED, 'd'), line(MON, 'b')],
    ]);
    const source = await daySource(input);
    expect(await texts(source, MON)).toEqual(['a', 'b']);
    expect(await texts(source, WED)).toEqual(['d']);
    expect(await texts(source, '0000-00-00')).toEqual(['x']);
    expect(await texts(source, TUE)).toEqual(['c']);
    expect(await texts(source, MON, TUE, WED)).toEqual(['c', 'a', 'd', 'b']);
    expect(await texts(source, '2020-01-01')).toEqual([]);
  });

  it('that has become shorter since is no purchase any more', async () => {
    const { input } = aPurchase([line(MON, 'a'), line(TUE, 'b')]);
    const bodies = [input, aPurchase([line(MON, 'a')]).input];
    const source = await daySource({ ...input, open: () => (bodies.shift() ?? input).open() });
    await expect(texts(source, MON, TUE)).rejects.toThrow('shorter than it was');
  });
});
