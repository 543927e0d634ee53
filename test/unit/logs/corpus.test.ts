import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { take } from '#core/logs/take.ts';
import { agent, collectAll, type House, house, manifestOf, messagesOf, upload } from './house.ts';
import { dying } from './memory.ts';
import { readLog } from './reading.ts';

/** The corpus by its definition (design section 5), with everything in memory at once. */
function reference(files: Readonly<Record<string, string>>): LogRecord[] {
  const all = Object.entries(files).flatMap(([source, content]) =>
    readLog(source, content).messages.map((record, position) => ({ source, position, record })),
  );
  const groups = Map.groupBy(all, ({ record: { ts, user, text } }) =>
    JSON.stringify([ts, user, text]),
  );
  const kept = [...groups.values()].flatMap((copies) => {
    const bySource = [...Map.groupBy(copies, ({ source }) => source)].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const most = Math.max(...bySource.map(([, { length }]) => length));
    return bySource.find(([, { length }]) => length === most)?.[1] ?? [];
  });
  const order = (a: (typeof all)[0], b: (typeof all)[0]) =>
    a.record.ts < b.record.ts
      ? -1
      : a.record.ts > b.record.ts
        ? 1
        : a.source < b.source
          ? -1
          : a.source > b.source
            ? 1
            : a.position - b.position;
  return kept.sort(order).map(({ record }) => record);
}

const line = fc
  .record({ minute: fc.nat(2), user: fc.nat(1), text: fc.nat(2), isAction: fc.boolean() })
  .map(({ minute, user, text, isAction }) =>
    isAction ? `[10:0${minute}]  * u${user} t${text}` : `[10:0${minute}] <u${user}> t${text}`,
  );
const files = fc.dictionary(
  fc.constantFrom(
    '2005-02-08.txt',
    'copy/2005-02-08.txt',
    '20050208.log',
    '2005-02-09.txt',
    '2005-02-30.txt',
  ),
  fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')),
  { minKeys: 1 },
);

describe('the corpus', () => {
  it('is the same for any order, repetition and batching of the uploads, and what its definition says', async () => {
    const shuffle = fc.array(fc.nat(), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(files, shuffle, async (given, dice) => {
        const next = (): number => dice.pop() ?? 0;
        const services = house();
        const events = Object.entries(given).map(([source, content]) =>
          upload(services, source, content),
        );
        const repeated = [...events, ...events.filter(() => next() % 2 === 0)]
          .map((event) => ({ event, at: next() }))
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event);
        const cut = next() % (repeated.length + 1);
        await collectAll(services, [repeated.slice(0, cut), repeated.slice(cut)]);

        const inOrder = house();
        await collectAll(
          inOrder,
          Object.entries(given).map(([s, content]) => [upload(inOrder, s, content)]),
        );

        const manifest = manifestOf(services);
        expect(manifest.version).toBe(manifestOf(inOrder).version);
        const messages = await messagesOf(services);
        expect(messages).toEqual(reference(given));
        expect(manifest.messages).toBe(messages.length);
        const { read, messages: m, notMessages, quarantined } = manifest.counts;
        expect(read).toBe(m + notMessages + quarantined);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a burst of equal lines and drops a copied file', async () => {
    const services = house();
    const burst = '[10:00] <ada> spam\n[10:00] <ada> spam\n[10:00] <bob> no\n';
    await collectAll(services, [[upload(services, '2005-02-08.txt', burst)]]);
    const before = services.pointers.pointers.get(agent)?.version;
    await collectAll(services, [[upload(services, 'copy-2005-02-08.txt', burst)]]);

    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['spam', 'spam', 'no']);
    expect(services.pointers.pointers.get(agent)).toMatchObject({
      version: before,
      sources: 2,
      messages: 3,
    });
  });

  it('replaces a source that was uploaded again, and ignores the late event of the old upload', async () => {
    const services = house();
    const old = upload(services, '2005-02-08.txt', {
      content: '[10:00] <ada> old\n',
      sequence: '1',
    });
    await collectAll(services, [[old]]);
    const grown = upload(services, '2005-02-08.txt', {
      content: '[10:00] <ada> old\n[10:01] <ada> new\n',
      sequence: '2',
    });

    expect(await take(old, services)).toMatchObject({ outcome: 'unchanged' });
    await collectAll(services, [[grown]]);
    expect(await take(old, services)).toMatchObject({ outcome: 'outrun' });
    await rebuild(agent, services);
    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['old', 'new']);
  });

  it('passes over an upload that was replaced or deleted before it was read', async () => {
    const services = house();
    const first = upload(services, '2005-02-08.txt', {
      content: '[10:00] <ada> 1\n',
      sequence: '1',
    });
    upload(services, '2005-02-08.txt', { content: '[10:00] <ada> 2\n', sequence: '2' });

    expect(await take(first, services)).toMatchObject({ outcome: 'changed' });
    services.objects.stored.clear();
    expect(await take(first, services)).toMatchObject({ outcome: 'gone' });
    expect(await rebuild(agent, services)).toEqual({ pointer: undefined, isNewVersion: false });
  });

  it('forgets a source that was removed, even when the event of its upload comes again', async () => {
    const services = house();
    const event = upload(services, '2005-02-08.txt', {
      content: '[10:00] <ada> 1\n',
      sequence: '1',
    });
    const other = upload(services, '2005-02-09.txt', {
      content: '[10:00] <ada> 2\n',
      sequence: '1',
    });
    await collectAll(services, [[event, other]]);
    await collectAll(services, [[{ ...event, isRemoval: true, eTag: '', sequence: '2' }], [event]]);

    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['2']);
    expect(manifestOf(services).sources).toBe(1);
  });

  it('is whole after a death at any step, once the events come again', async () => {
    const fill = (services: House) => [
      upload(services, '2005-02-08.txt', '[10:00] <ada> a\n[10:01] <ada> b\nodd\n'),
      upload(services, 'x/2005-02-08.txt', '[10:01] <ada> b\n[10:01] <eve> c\n'),
      upload(services, '2005-02-30.txt', '[10:00] <ada> never\n'),
    ];
    const whole = house();
    await collectAll(whole, [fill(whole)]);

    let outcome = 'killed';
    for (let steps = 0; outcome === 'killed'; steps += 1) {
      const services = house();
      const events = fill(services);
      const life = { left: steps };
      const mortal = {
        ...services,
        objects: dying(services.objects, life),
        pointers: dying(services.pointers, life),
      };
      outcome = await collectAll(mortal, [events]).then(
        () => 'whole',
        (error: unknown) => String(error).replace('Error: ', ''),
      );
      await collectAll(services, [events]);

      expect(manifestOf(services)).toEqual(manifestOf(whole));
      expect(await messagesOf(services)).toEqual(await messagesOf(whole));
    }
    expect(outcome).toBe('whole');
  });

  it('makes good a source whose collector died before the manifest, whoever rebuilds next', async () => {
    const services = house();
    await take(upload(services, '2005-02-08.txt', '[10:00] <ada> orphan\n'), services);
    await collectAll(services, [[upload(services, '2005-02-09.txt', '[10:00] <bob> next\n')]]);

    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['orphan', 'next']);
  });

  it('loses no source when several collectors rebuild at once', async () => {
    const services = house();
    const days = ['01', '02', '03', '04', '05', '06'];
    await Promise.all(
      days.map((day) =>
        collectAll(services, [[upload(services, `2005-02-${day}.txt`, '[10:00] <a> x\n')]]),
      ),
    );

    expect(manifestOf(services)).toMatchObject({ sources: 6, messages: 6 });
  });
});
