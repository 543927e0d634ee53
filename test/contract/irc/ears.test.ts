import { describe, expect, it } from 'vitest';
import { Ears } from '#adapters/irc/ears.ts';
import type { Overheard } from '#adapters/irc/overheard.ts';
import type { WakeUp } from '#contract/beat.ts';
import type { HeardCommand } from '#contract/command.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import { ROSTER } from '#contract/roster.ts';

const LINE: Overheard = {
  channel: '#karmakadabra',
  sender: 'maria',
  text: '@kk-validator hi',
  ts: new Date('2026-01-01T12:00:00Z'),
  msgid: undefined,
  hostmask: 'maria@home.example',
  account: undefined,
};

/** Ears whose inbox and wake queue are lists in memory. */
function anEar() {
  const entries = new Map<string, InboxEntry>();
  const wakeUps: WakeUp[] = [];
  const events: string[] = [];
  const commands: HeardCommand[] = [];
  const ears = new Ears({
    roster: ROSTER,
    inboxes: {
      put: (agentId, entry) => {
        const key = `${agentId} ${entry.id}`;
        const isNew = !entries.has(key);
        entries.set(key, entry);
        return Promise.resolve(isNew);
      },
    },
    wakeUps: {
      wake: (wakeUp) => {
        wakeUps.push(wakeUp);
        return Promise.resolve();
      },
    },
    commands: {
      hand: (heard) => {
        commands.push(...heard);
        return Promise.resolve();
      },
    },
    onEvent: (event) => events.push(event),
  });
  return { ears, entries, wakeUps, commands, events };
}

describe('the ears', () => {
  it('hear a line with a msgid once, whoever hears it first', async () => {
    const { ears, entries, wakeUps } = anEar();
    for (let connection = 0; connection < 7; connection += 1) {
      ears.hear({ ...LINE, msgid: 'one' }, false);
    }
    ears.hear({ ...LINE, msgid: 'two' }, false);
    await ears.drain();
    expect(ears.heard).toBe(2);
    expect(entries.size).toBe(2);
    expect(wakeUps).toHaveLength(2);
  });

  it('hear a line without a msgid only through the observer', async () => {
    const { ears, entries } = anEar();
    ears.hear(LINE, false);
    ears.hear(LINE, true);
    await ears.drain();
    expect(entries.size).toBe(1);
  });

  it('hand over what may be a command, with who said it, but none of our own', async () => {
    const { ears, commands } = anEar();
    ears.hear({ ...LINE, msgid: 'a', text: '!halt now |sig=00', account: 'ana' }, false);
    ears.hear({ ...LINE, msgid: 'b', text: '!', account: 'ana' }, false);
    ears.hear({ ...LINE, msgid: 'c', text: '!help', sender: 'kk-validator_' }, false);
    await ears.drain();
    expect(commands).toEqual([
      {
        v: 1,
        from: 'irc',
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        ts: '2026-01-01T12:00:00.000Z',
        channel: '#karmakadabra',
        nick: 'maria',
        hostmask: 'maria@home.example',
        account: 'ana',
        text: '!halt now |sig=00',
      },
    ]);
  });

  it('keep an entry within its bounds', async () => {
    const { ears, entries } = anEar();
    ears.hear({ ...LINE, text: `@kk-validator \x02\x03${'x'.repeat(5000)}` }, true);
    await ears.drain();
    const [entry] = entries.values();
    expect(entry?.text.length).toBe(600);
    expect(entry?.text).not.toMatch(/[\0-\x1f]/);
  });

  it('do not grow without bound while the inbox is slow', async () => {
    const { ears, entries, events } = anEar();
    for (let number = 0; number < 1200; number += 1) {
      ears.hear({ ...LINE, msgid: String(number) }, false);
    }
    await ears.drain();
    expect(entries.size).toBe(1000);
    expect(events.filter((event) => event === 'line-dropped')).toHaveLength(200);
  });
});
