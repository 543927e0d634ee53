import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatUtterance,
  isAutomatic,
  MAX_LINE_BYTES,
  parseUtterance,
  type Utterance,
} from '#core/talk/grammar.ts';
import { oneLine } from '#core/talk/text.ts';

const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9áéñ$:._@-]{1,8}$/), {
  minLength: 1,
  maxLength: 5,
});
const text = words.map((all) => all.join(' '));
const price = fc.bigInt({ min: 0n, max: 10n ** 15n });
const offer = fc.record<Extract<Utterance, { kind: 'have' | 'need' }>>({
  kind: fc.constantFrom('have', 'need'),
  product: text,
  price,
  detail: fc.oneof(fc.constant(''), text, fc.constant('a | b')),
});
const deal = fc.record<Extract<Utterance, { kind: 'deal' }>>({
  kind: fc.constant('deal'),
  buyer: fc.stringMatching(/^[a-z][a-z0-9-]{0,29}$/),
  seller: fc.stringMatching(/^[a-z][a-z0-9-]{0,29}$/),
  product: text,
  price,
  tx: fc.oneof(fc.constant(''), fc.stringMatching(/^0x[0-9a-f]{64}$/)),
  detail: fc.oneof(fc.constant(''), text, fc.constant('a | b')),
});
const note = fc.record<Extract<Utterance, { text: string }>>({
  kind: fc.constantFrom('verified', 'coord', 'status'),
  text,
});
const utterance = fc.oneof<fc.Arbitrary<Utterance>[]>(offer, deal, note);
/** Any UTF-16, lone surrogates and control characters too. */
const hostile = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })), {
    maxLength: 3000,
  })
  .map((codes) => String.fromCharCode(...codes));
const hostileUtterance = fc.oneof<fc.Arbitrary<Utterance>[]>(
  fc.record({ kind: fc.constant('need' as const), product: hostile, price, detail: hostile }),
  fc.record({
    kind: fc.constant('deal' as const),
    buyer: hostile,
    seller: hostile,
    product: hostile,
    price,
    tx: hostile,
    detail: hostile,
  }),
  fc.record({ kind: fc.constant('status' as const), text: hostile }),
);

describe('the grammar', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(utterance, (said) => {
        expect(parseUtterance(formatUtterance(said))).toEqual(said);
      }),
    );
  });

  it('writes one line of at most 400 bytes, whatever the fields hold', () => {
    fc.assert(
      fc.property(hostileUtterance, (said) => {
        const line = formatUtterance(said);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES);
        expect(line).not.toMatch(/[\0-\x1f\x7f]/);
        expect(isAutomatic(line)).toBe(true);
      }),
    );
  });

  it('reads any text without throwing, and writes again what it understood', () => {
    const prefix = fc.constantFrom(
      '',
      'HAVE:',
      'need: ',
      'DEAL: a <-> b |',
      'STATUS:',
      'HAVE: a|1|',
    );
    fc.assert(
      fc.property(prefix, hostile, (start, rest) => {
        const understood = parseUtterance(start + rest);
        if (understood === undefined) return;
        const line = formatUtterance(understood);
        expect(line).toBe(oneLine(line));
      }),
    );
  });

  it.each([
    [
      'NEED: raw logs | Budget: $0.05 USDC | DM me',
      { kind: 'need', product: 'raw logs', price: 50_000n, detail: 'DM me' },
    ],
    ['have: raw_logs|0.01', { kind: 'have', product: 'raw_logs', price: 10_000n, detail: '' }],
    [
      'WANT: soul_profiles | $1',
      { kind: 'need', product: 'soul_profiles', price: 1_000_000n, detail: '' },
    ],
  ])('understands what people write: %s', (line, understood) => {
    expect(parseUtterance(line)).toEqual(understood);
  });

  it.each([
    'HAVE: x',
    'HAVE: | $1 |',
    'NEED: x | free',
    'NEED: x | $1.2.3',
    'DEAL: a <-> | x | $1',
    'DEAL: a <-> b <-> c | x | $1',
    'hello',
    '',
  ])('does not guess: %s', (line) => {
    expect(parseUtterance(line)).toBeUndefined();
  });
});
