import { describe, expect, it } from 'vitest';
import { FixedScratch, gatherAll } from './gathering.ts';
import { agent, collectAll, house, manifestOf, messagesOf, upload } from './house.ts';
import { dying } from './memory.ts';
import { readLog } from './reading.ts';

/** The 13 proven faults of the system before this one (facts: karmacadabra.md section 2.6), each as a test that would have caught it. */
const chat = (...said: [time: string, user: string, message: string][]) =>
  JSON.stringify({
    messages: said.map(([time, user, message]) => ({
      timestamp: `2025-10-23T${time}Z`,
      user,
      message,
    })),
  });
const texts = async (services: ReturnType<typeof house>) =>
  (await messagesOf(services)).map(({ text }) => text);

describe('the faults of the system before', () => {
  it('1: a second user in the same second is kept, when the day grows too', async () => {
    const services = house();
    const first = chat(['19:00:15', 'ada', 'a']);
    const grown = chat(['19:00:15', 'ada', 'a'], ['19:00:15', 'bob', 'b']);
    await collectAll(services, [[upload(services, 'd.json', { content: first, sequence: '1' })]]);
    await collectAll(services, [[upload(services, 'd.json', { content: grown, sequence: '2' })]]);

    expect(await texts(services)).toEqual(['a', 'b']);
  });

  it('2: a torn last line is whole once the rest has come', async () => {
    const services = house();
    const line = '[10/21/2025 2:56:12 PM] ada: que mas parce\n';
    for (const [sequence, length] of [
      ['1', line.length + 12],
      ['2', line.length + 34],
      ['3', line.length * 2],
    ] as const) {
      const content = `${line}${line}`.slice(0, length);
      await collectAll(services, [[upload(services, 'full.txt', { content, sequence })]]);
    }

    expect(await texts(services)).toEqual(['que mas parce', 'que mas parce']);
    expect(manifestOf(services).counts.quarantined).toBe(0);
  });

  it('3: a storage that fails makes the collection fail, and overwrites nothing', async () => {
    const services = house();
    const day = upload(services, 'd.json', {
      content: chat(['19:00:15', 'ada', 'a']),
      sequence: '1',
    });
    await collectAll(services, [[day]]);
    const failing = {
      ...services,
      objects: dying(services.objects, { left: 0 }),
    };
    const next = upload(services, 'd.json', {
      content: chat(['19:00:16', 'ada', 'b']),
      sequence: '2',
    });

    await expect(collectAll(failing, [[next]])).rejects.toThrow('killed');
    expect(await texts(services)).toEqual(['a']);
  });

  it('4: a file that became smaller is read again', async () => {
    const services = house();
    for (const [sequence, content] of [
      ['1', '[10:00] <ada> one\n[10:01] <ada> two\n'],
      ['2', '[10:02] <ada> new\n'],
    ] as const) {
      await collectAll(services, [[upload(services, '2025-10-23.log', { content, sequence })]]);
    }
    expect(await texts(services)).toEqual(['new']);
  });

  it('5: two collectors at once lose nothing of each other', async () => {
    const services = house();
    const events = Array.from({ length: 6 }, (_, n) =>
      upload(services, `${n}.json`, chat(['19:00:15', 'ada', `${n}`])),
    );
    await Promise.all(events.map((event) => collectAll(services, [[event]])));

    expect((await texts(services)).toSorted()).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('6: the same content under a new name adds nothing, however often', async () => {
    const services = house();
    for (const name of ['a.json', 'b.json', 'copy/a.json']) {
      await collectAll(services, [[upload(services, name, chat(['19:00:15', 'ada', 'a']))]]);
    }
    expect(manifestOf(services)).toMatchObject({ messages: 1, sources: 3 });
  });

  it('7: a user who says two things, or one thing twice, in a second, is quoted twice', async () => {
    const services = house();
    const burst = chat(
      ['19:00:15', 'ada', 'a'],
      ['19:00:15', 'ada', 'b'],
      ['19:00:15', 'ada', 'a'],
    );
    await collectAll(services, [[upload(services, 'd.json', burst)]]);

    expect(await texts(services)).toEqual(['a', 'b', 'a']);
  });

  it('8: a file that grew under its old name is read again', async () => {
    const services = house();
    for (const sequence of ['1', '2', '3']) {
      const lines = ['a', 'b', 'c'].slice(0, Number(sequence));
      const content = lines
        .map((content) =>
          JSON.stringify({
            ts: '2025-10-23T10:00:00+00:00',
            sender: 'ada',
            channel: '#c',
            content,
          }),
        )
        .join('\n');
      await collectAll(services, [[upload(services, '2025-10-23.json', { content, sequence })]]);
    }
    expect(await texts(services)).toEqual(['a', 'b', 'c']);
  });

  it.each(['content', 'message'])('9: words under %s reach whoever reads the corpus', (field) => {
    const line = { ts: '2025-10-23T10:00:00+00:00', sender: 'ada', channel: '#c', [field]: 'hola' };

    expect(readLog('x', JSON.stringify(line)).messages).toEqual([
      { ts: '2025-10-23T10:00:00Z', user: 'ada', text: 'hola', kind: 'message' },
    ]);
  });

  it('10: a raw protocol line of "unknown" is what its sender said', () => {
    const line =
      '[10/21/2025 2:57:40 PM] unknown: bob!bob@bob.tmi.twitch.tv PRIVMSG #0xultravioleta :gm: all\n';

    expect(readLog('full.txt', line).messages).toMatchObject([{ user: 'bob', text: 'gm: all' }]);
  });

  it('11: local time is not called UTC', () => {
    const found = readLog('full.txt', '[10/21/2025 9:30:00 PM] ada: tarde\n', {
      zone: 'America/Bogota',
    });

    expect(found.messages[0]?.ts).toBe('2025-10-22T02:30:00Z');
  });

  it('12: memory does not grow with the corpus', async () => {
    const said = Array.from({ length: 5000 }, (_, n): [string, string, string] => [
      `19:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
      `u${n % 7}`,
      `m${n}`,
    ]);
    const scratch = new FixedScratch();
    const gathered = await gatherAll({ 'd.json': chat(...said) }, { heldBytes: 5000, scratch });

    expect(gathered.lines).toHaveLength(5000);
    expect(scratch.writes).toBeGreaterThan(10);
  });

  it('13: what was read is stored, a copy, no message, or quarantined; and the manifest says how much of each', async () => {
    const services = house();
    await collectAll(services, [
      [
        upload(services, '2025-10-23.log', '[10:00] <ada> a\n=== join\nodd\n[10:00] <ada> a\n'),
        upload(services, 'copy/2025-10-23.log', '[10:00] <ada> a\n'),
      ],
    ]);
    const { counts, messages } = manifestOf(services);

    expect(counts).toMatchObject({ read: 5, messages: 3, notMessages: 1, quarantined: 1 });
    expect(messages).toBe(2);
    expect(services.pointers.pointers.get(agent)?.messages).toBe(2);
  });
});
