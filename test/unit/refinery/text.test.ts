import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints, fold, words } from '#core/refinery/text.ts';

describe('words', () => {
  it.each([
    ['Más DISEÑO, parce', ['mas', 'diseno', '', 'parce']],
    ['node.js and ci/cd', ['node', 'js', 'and', 'ci', 'cd']],
    ["don’t, isn't", ["don't", '', "isn't"]],
    ['machine. Learning', ['machine', '', 'learning']],
    ['mira https://docs.python.org/3 ya', ['mira', 'ya']],
    ['open /usr/lib/python2.5/x or ~/python now', ['open', 'or', 'now']],
    ['🚀moon🚀', ['moon']],
    ['привет мир', ['привет', 'мир']],
    ['', []],
  ])('of %j are whole', (text, expected) => {
    expect(words(fold(text))).toEqual(expected);
  });

  it('of plain text are those of the same text beside a letter with an accent', () => {
    const piece = fc.constantFrom(
      'a',
      'z9',
      '_',
      "'",
      "'s",
      ' ',
      '  ',
      '.',
      '-',
      '0',
      "x'y'1",
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const own = words(text);
        expect(words(`${text}..é`)).toEqual(own.length === 0 ? ['é'] : [...own, '', 'é']);
      }),
    );
  });

  it('folds a decomposed accent like a composed one', () => {
    expect(fold('programación'.normalize('NFD'))).toBe(fold('programación'));
  });
});

describe('compareCodePoints', () => {
  it('orders as the UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        return Math.sign(compareCodePoints(a, b)) === bytes;
      }),
    );
  });
});
