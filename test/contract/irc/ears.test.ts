import { describe, expect, it } from 'vitest';
import { Ears } from '#adapters/irc/ears.ts';
import type { Errand } from '#adapters/irc/errands.ts';
import type { Overheard } from '#adapters/irc/overheard.ts';
import { ROSTER } from '#contract/roster.ts';

const LINE: Overheard = {
  channel: '#karmakadabra',
  sender: 'maria',
  text: '@kk-validator hi',
  kind: 'message',
  ts: new Date('2026-01-01T12:00:00Z'),
  msgid: undefined,
  hostmask: 'maria@home.example',
  account: undefined,
};

/** Ears that note what they would do. */
function anEar(nicks: Readonly<Record<string, string>> = {}) {
  const errands: Errand[] = [];
  const said: Overheard[] = [];
  const ears = new Ears({
    roster: ROSTER,
    nickOf: (id) => nicks[id] ?? id,
    onErrand: (errand) => errands.push(errand),
    onSaid: (line) => said.push(line),
  });
  return { ears, errands, said };
}

describe('the ears', () => {
  it('hear a line with a msgid once, whoever hears it first', () => {
    const { ears, errands, said } = anEar();
    for (let connection = 0; connection < 7; connection += 1) {
      ears.hear({ ...LINE, msgid: 'one' }, false);
    }
    ears.hear({ ...LINE, msgid: 'two' }, false);
    expect(ears.heard).toBe(2);
    expect(said).toHaveLength(2);
    expect(errands).toHaveLength(2);
  });

  it('hear a line without a msgid only through the observer', () => {
    const { ears, errands } = anEar();
    ears.hear(LINE, false);
    ears.hear(LINE, true);
    expect(errands).toHaveLength(1);
  });

  it('know an agent by the nick that it bears now, and tell others its id', () => {
    const { ears, errands, said } = anEar({ 'kk-validator': 'kk-Val[]' });
    ears.hear({ ...LINE, msgid: 'a', text: 'KK-val{}: hi' }, false);
    ears.hear({ ...LINE, msgid: 'b', text: 'kk-val: hi, and kk-val[]2: hi' }, false);
    const own = { ...LINE, sender: 'kk-val{}' };
    ears.hear({ ...own, msgid: 'c', text: 'NEED: raw_logs | $1' }, false);
    ears.hear({ ...own, msgid: 'd', text: '!help' }, false);
    ears.hear({ ...own, msgid: 'e', text: '@kk-karma-hello hi' }, false);
    const notes = errands.flatMap((errand) => (errand.kind === 'note' ? [errand] : []));
    expect(notes.map(({ agentId, entry }) => [agentId, entry.sender])).toEqual([
      ['kk-validator', 'maria'],
      ['kk-karma-hello', 'kk-validator'],
    ]);
    expect(errands).toHaveLength(2);
    expect(said.map(({ msgid }) => msgid)).toEqual(['a', 'b']);
  });

  it('hand over what may be a command, with who said it, but none of our own', () => {
    const { ears, errands } = anEar();
    ears.hear({ ...LINE, msgid: 'a', text: '!halt now |sig=00', account: 'ana' }, false);
    ears.hear({ ...LINE, msgid: 'b', text: '!', account: 'ana' }, false);
    ears.hear({ ...LINE, msgid: 'c', text: '!help', sender: 'kk-validator_' }, false);
    ears.hear({ ...LINE, msgid: 'd', text: '!help', kind: 'notice' }, false);
    expect(errands).toEqual([
      {
        kind: 'command',
        command: {
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
      },
    ]);
  });

  it('leave what agents say out of the log that is sold', () => {
    const { ears, said } = anEar();
    ears.hear(
      { ...LINE, msgid: 'a', text: 'HAVE: raw_logs | $0.01', sender: 'kk-karma-hello' },
      true,
    );
    ears.hear({ ...LINE, msgid: 'b', text: 'waves', kind: 'action' }, true);
    expect(said.map(({ text }) => text)).toEqual(['waves']);
  });

  it('keep an entry within its bounds', () => {
    const { ears, errands } = anEar();
    ears.hear({ ...LINE, text: `@kk-validator \x02\x03${'x'.repeat(5000)}` }, true);
    const [errand] = errands;
    const text = errand?.kind === 'note' ? errand.entry.text : '';
    expect(text.length).toBe(600);
    expect(text).not.toMatch(/[\0-\x1f]/);
  });
});
