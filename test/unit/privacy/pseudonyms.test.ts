import { describe, expect, it } from 'vitest';
import { Pseudonyms } from '#core/privacy/pseudonyms.ts';

const USERS = ['Zoraida', 'luis', 'python', 'foo|bar', 'Ñandú', 'bob', 'Bob'];
const names = new Pseudonyms(USERS, (name) => `<${name.length}${name.at(-1)}>`);

describe('pseudonyms', () => {
  it.each([
    ['zoraida: hola Luis', '<7a>: hola <4s>'],
    ['luis, zoraida: si', '<4s>, <7a>: si'],
    ['@ZORAIDA gracias', '@<7a> gracias'],
    ['gracias @zoraida!', 'gracias @<7a>!'],
    ['dice @zoraida (luis) luis/zoraida', 'dice @<7a> (<4s>) <4s>/<7a>'],
    ['`foo|bar` y foo|bar', '`<7r>` y <7r>'],
    ['[luis] says', '[<4s>] says'],
    ['ñandu, nandu y ÑANDÚ', 'ñandu, <5ú> y <5ú>'],
    ['python, docker and python', 'python, docker and python'],
    ['python: i like python', '<6n>: i like python'],
    ['zoraidas zoraida2 zoraida_', 'zoraidas zoraida2 zoraida_'],
    ['somebody @whom.nobody knows', 'somebody @<4m>.nobody knows'],
    ['@zoraida/luis', '@<7a>/<4s>'],
    ['', ''],
  ])('stand for the names in %j', (text, renamed) => {
    expect(names.text(text)).toBe(renamed);
  });

  it('are of those who write themselves so, and the first of them where only case tells', () => {
    const exact = new Pseudonyms(USERS, (name) => `<${name}>`);
    expect([exact.of('bob'), exact.of('Bob')]).toEqual(['<bob>', '<Bob>']);
    expect(exact.text('bob: BOB')).toBe('<Bob>: <Bob>');
  });
});
