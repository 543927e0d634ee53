import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age } from '#core/talk/age.ts';
import { lineText, parseLines } from '../../../scripts/viva/irc.ts';
import { agentId } from '../../../scripts/viva/options.ts';
import { plain, secondsSince } from '../../../scripts/viva/words.ts';

describe('age', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [7_199, '1 h'],
    [86_400 * 3, '3 d'],
  ])('%i s is %s', (seconds, text) => {
    expect(age(seconds)).toBe(text);
  });

  it('of what is yet to come is none', () => {
    expect(secondsSince('2026-01-01T00:00:01Z', new Date('2026-01-01T00:00:00Z'))).toBe(0);
    expect(secondsSince('2026-01-01T00:00:00Z', new Date('2026-01-01T00:00:01.999Z'))).toBe(1);
  });
});

describe('text of strangers', () => {
  it('never drives the terminal', () => {
    const esc = String.fromCharCode(27);
    expect(plain(`a${esc}[2Jb\u0007\r\n\u202ec`)).toBe('a [2Jb    c');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[\p{Cc}\u2028\u2029]|\p{Bidi_Control}/u);
      }),
      { numRuns: 50 },
    );
  });

  it('is safe in every field of a line', () => {
    const esc = String.fromCharCode(27);
    const line = { nick: `n${esc}`, channel: `#c${esc}`, text: `t${esc}`, ts: `0${esc}` };
    expect(lineText(line)).not.toContain(esc);
  });
});

describe('the IRC log', () => {
  const line = { nick: 'ana', channel: '#kk', text: 'hola', ts: '2026-01-01T00:00:00.000Z' };

  it('is read line by line, without those that a death cut', () => {
    const text = `${JSON.stringify(line)}\n{"nick":"an${JSON.stringify(line)}\n{"nick":1}\n`;
    expect(parseLines(text)).toEqual([line]);
  });
});

describe('an agent', () => {
  it('goes by its id, with or without kk-', () => {
    expect(agentId('kk-validator')).toBe('kk-validator');
    expect(agentId('validator')).toBe('kk-validator');
    expect(() => agentId('nobody')).toThrow(/not on the roster: use one of kk-coordinator/);
  });
});
