import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName, readNick } from '#core/privacy/nick.ts';
import { without } from '#core/privacy/without.ts';
import { addressed } from '#core/refinery/address.ts';
import { fold, words } from '#core/refinery/text.ts';
import { collect, said, streamed } from '../../support/messages.ts';

async function textWithout(text: string, ...names: string[]): Promise<string | undefined> {
  const nicks = new Set(names.map(foldName));
  const [record] = await collect(without(streamed(said([text])), nicks, new Set()));
  return record?.text;
}

describe('without', () => {
  it.each([
    ['zoraida: hola', 'hola'],
    ['  Zoraida, luis: hola', '  luis: hola'],
    ['luis: zoraida: hola', 'luis: …: hola'],
    ['@ZORAIDA gracias', 'gracias'],
    ['gracias @zoraida!', 'gracias @…!'],
    ['dice @zoraida', 'dice …'],
    ['ask zoraida about it', 'ask … about it'],
    ["zoraida's (zoraida) zoraida/luis http://x.y/zoraida", "…'s (…) …/luis http://x.y/…"],
    ['zoraidas zoraida2 zoraida_', 'zoraidas zoraida2 zoraida_'],
    ['zoraida', '…'],
  ])('takes the name out of %j', async (text, left) => {
    expect(await textWithout(text, 'Zoraida')).toBe(left);
  });

  it('compares nicks as IRC and Unicode do', async () => {
    expect(await textWithout('Bob{1}~: si', 'bob[1]^')).toBe('si');
    expect(await textWithout('ÑANDÚ: si', 'n\u0303andu\u0301')).toBe('si');
  });

  it('takes a nick that is a word only where it is marked as a nick', async () => {
    expect(await textWithout('python, docker and more', 'python')).toBe('python, docker and more');
    expect(await textWithout('python: i like python', 'python')).toBe('i like python');
    expect(await textWithout('thanks @python', 'python')).toBe('thanks …');
  });

  it('drops their messages and tells how many people that were', async () => {
    const log = [...said(['a', 'b'], 'Zoraida'), ...said(['c'], 'zoraida'), ...said(['d'], 'luis')];
    const leftOut = new Set<string>();
    const left = await collect(without(streamed(log), new Set(['zoraida', 'nobody']), leftOut));
    expect(left).toEqual(said(['d'], 'luis'));
    expect([...leftOut]).toEqual(['zoraida']);
  });

  it('leaves every message as it is when nobody opted out', async () => {
    const log = said(['zoraida: hola', '']);
    expect(await collect(without(streamed(log), new Set(), new Set()))).toEqual(log);
  });

  it('leaves no name where the refinery finds partners and terms', async () => {
    const nick = fc
      .stringMatching(/^[a-z][a-zñ0-9_[\]|^-]{2,9}[0-9]$/)
      .filter((name) => readNick(name) !== undefined);
    const around = fc.constantFrom(
      '',
      ' ',
      ': ',
      ', ',
      '@',
      '!',
      ' @',
      '(',
      ')',
      "'s",
      '/',
      'hola',
    );
    const text = fc.array(fc.oneof(around, fc.constant('\0')), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(nick, text, async (name, parts) => {
        const spaced = parts.map((part) => (part === 'hola' ? ' hola ' : part)).join('');
        const left = await textWithout(spaced.replaceAll('\0', ` ${name}`), name.toUpperCase());
        expect(addressed(left ?? '').nicks).not.toContain(name);
        expect(words(fold(left ?? ''))).not.toContain(name);
      }),
    );
  });
});

describe('readNick', () => {
  it.each(['', ' ', 'a\nb', 'a b', 'x'.repeat(65), 'a\u202eb'])('refuses %j', (text) => {
    expect(readNick(text)).toBeUndefined();
  });
});
