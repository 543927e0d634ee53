import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogRecord, Statistics } from '#contract/log-record.ts';
import { compact } from '#core/logs/compact.ts';
import { Counter } from '#core/logs/statistics.ts';
import { agent, collectAll, house, manifestOf, upload } from './house.ts';

/** Far more different words and users than are kept. */
const message = fc
  .record({ hour: fc.nat(23), user: fc.nat(3000), first: fc.nat(6000), times: fc.nat(3) })
  .map(
    ({ hour, user, first, times }): LogRecord => ({
      ts: `2005-02-08T${String(hour).padStart(2, '0')}:00:00Z`,
      user: `u${user}`,
      text: Array.from({ length: times }, (_, n) => `Palabra${first + n} 🔥`).join(', '),
      kind: 'message',
    }),
  );

function count(records: readonly LogRecord[]): Statistics {
  const counter = new Counter();
  for (const record of records) counter.add(record);
  return counter.statistics();
}

function tally(names: readonly string[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const name of names) all.set(name, (all.get(name) ?? 0) + 1);
  return all;
}

describe('statistics', () => {
  it('are the same bytes for any order and any division, and what they count is exact', () => {
    const group = fc.array(message, { minLength: 300, maxLength: 1200, size: 'max' });
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4, size: 'max' }), (groups) => {
        const all = groups.flat();
        const whole = count(all);
        const parts = groups.map(count);
        for (const order of [parts, parts.toReversed()]) {
          const sum = new Counter();
          for (const part of order) sum.addAll(part);
          expect(JSON.stringify(sum.statistics())).toBe(JSON.stringify(whole));
        }
        // (a + b) + c is a + (b + c): the sum of some may be added to another
        const [first = whole, ...others] = parts;
        const [left, right] = [new Counter(), new Counter()];
        for (const part of others) right.addAll(part);
        left.addAll(first);
        left.addAll(right.statistics());
        expect(JSON.stringify(left.statistics())).toBe(JSON.stringify(whole));
        expect(JSON.stringify(count(all.toReversed()))).toBe(JSON.stringify(whole));

        const truths = {
          users: tally(all.map(({ user }) => user)),
          words: tally(all.flatMap(({ text }) => text.toLowerCase().match(/palabra\d+/g) ?? [])),
        };
        for (const kind of ['users', 'words'] as const) {
          const truth = truths[kind];
          expect(whole[kind].counts).toHaveLength(Math.min(1024, truth.size));
          expect(whole[kind].isFull).toBe(truth.size > 1024);
          for (const [name, number] of whole[kind].counts) expect(number).toBe(truth.get(name));
        }
        expect(whole.messages).toBe(all.length);
        expect(whole.hours.reduce((a, b) => a + b)).toBe(all.length);
        expect(whole.lengths.reduce((a, b) => a + b)).toBe(all.length);
      }),
      { numRuns: 8 },
    );
  });

  it('count characters, not code units, and no word that is none', () => {
    const { chars, lengths, words } = count([
      { ts: '2005-02-08T10:00:00Z', user: 'ada', text: '¡Qué CHIMBA! a 🔥🔥', kind: 'message' },
      { ts: '2005-02-08T10:00:00Z', user: 'ada', text: '', kind: 'action' },
    ]);
    expect(chars).toBe(17);
    expect(lengths[0]).toBe(1);
    expect(lengths[5]).toBe(1);
    expect(new Map(words.counts)).toEqual(
      new Map([
        ['qué', 1],
        ['chimba', 1],
      ]),
    );
  });

  it('are made by compaction for each day and for all, copies removed, and renewed when a day grows', async () => {
    const services = house();
    const line = '[10:00] <ada> hola\n';
    const told = (name: string, text: string, sequence = '1') =>
      upload(services, name, { content: text, sequence });
    await collectAll(services, [
      [
        told('2005-02-08.txt', line),
        told('copy/2005-02-08.txt', line),
        told('2005-02-09.txt', line),
      ],
    ]);
    const read = (key = ''): Statistics =>
      Statistics.parse(JSON.parse(new TextDecoder().decode(services.objects.stored.get(key))));
    await compact(agent, services, new Date(0));
    expect(manifestOf(services).days.map(({ statistics }) => read(statistics).messages)).toEqual([
      1, 1,
    ]);
    expect(read(manifestOf(services).statistics)).toMatchObject({
      messages: 2,
      words: { counts: [['hola', 2]] },
    });

    await collectAll(services, [[told('2005-02-09.txt', `${line}[10:01] <bob> y\n`, '2')]]);
    expect(manifestOf(services).statistics).toBeUndefined();
    await compact(agent, services, new Date(0));
    expect(read(manifestOf(services).statistics).messages).toBe(3);
  });
});
