import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldNick, mentions } from '#core/talk/mention.ts';

const NICK = 'kk-soul-extractor';
/** Any UTF-16, lone surrogates too. */
const anything = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((codes) => String.fromCharCode(...codes));

describe('a mention', () => {
  it.each([
    '@kk-soul-extractor',
    'hey @KK-Soul-Extractor!',
    'kk-soul-extractor: are you there',
    'kk-soul-extractor, please',
    'ask (kk-soul-extractor: he knows)',
    '@kk-soul-extractor2 and @kk-soul-extractor',
  ])('is heard in "%s"', (text) => {
    expect(mentions(text, NICK)).toBe(true);
  });

  it.each([
    '@kk-soul-extractor2',
    '@kk-soul-extractor_',
    '@kk-soul-extractor-',
    'xkk-soul-extractor: hi',
    'maria@kk-soul-extractor',
    'kk-soul-extractor is a bot',
    'kk-soul: hi',
    '',
  ])('is not heard in "%s"', (text) => {
    expect(mentions(text, NICK)).toBe(false);
  });

  it('compares by rfc1459: []\\^ are capitals of {}|~', () => {
    expect(foldNick('A[B]C\\D^')).toBe('a{b}c|d~');
    expect(mentions('@Joe[]: hi', 'joe{}')).toBe(true);
    expect(mentions('@joe|2', 'JOE\\2')).toBe(true);
  });

  it('never throws and finds no empty nick', () => {
    fc.assert(
      fc.property(anything, anything, (text, nick) => {
        expect(typeof mentions(text, nick)).toBe('boolean');
        expect(mentions(text, '')).toBe(false);
        expect(foldNick(text)).toHaveLength(text.length);
      }),
    );
  });
});
