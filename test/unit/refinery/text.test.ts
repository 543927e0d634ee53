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
