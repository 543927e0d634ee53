import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { ProductRecord } from '#contract/profiles.ts';
import { Occurrences, rankOf } from '#core/refinery/bottom-k.ts';
import { stateOf } from '#core/refinery/refine.ts';
import type { State } from '#core/refinery/state.ts';
import { anyMessage } from '../../support/any-message.ts';

const ZONE = 'America/Bogota';
/** More words than any sample holds, so that what is left out is told alike too. */
const wordy = fc
  .tuple(anyMessage, fc.integer({ min: 0, max: 900 }))
  .map(([message, from]): LogRecord => {
    const words = Array.from({ length: 40 }, (_, at) => `${letters((from + at * 7) % 900)} alpha`);
    return { ...message, text: words.join(' ') };
  });
/** A word of the number's own, which may be a found term. */
const letters = (number: number) =>
  `w${String(number).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')}`;
const message = fc.oneof({ arbitrary: anyMessage, weight: 3 }, { arbitrary: wordy, weight: 1 });

/** Each message with the part of the log that it comes in, and the parts in the order in which they arrive, some of them twice. */
const parted = fc.record({
  messages: fc.array(fc.tuple(fc.nat(4), message), { maxLength: 60 }),
  arrivals: fc.array(fc.nat(4), { maxLength: 8 }),
  dice: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
});

const PRODUCTS = ['user_stats', 'topic_map', 'skill_profiles', 'voice_profiles'] as const;
const bytes = (state: State<ProductRecord>) =>
  [...state.records()].map((record) => JSON.stringify(record)).join('\n');

describe.each(PRODUCTS)('the state of %s', (product) => {
  const empty = () => stateOf(product, ZONE)!;
  const heard = (messages: readonly LogRecord[]) => {
    const state = empty();
    for (const one of messages) state.hear(one);
    return state;
  };

  it('does not know in which order messages came', () => {
    fc.assert(
      fc.property(parted, ({ messages, dice }) => {
        const inOrder = messages.map(([, one]) => one);
        const shuffled = inOrder
          .map((one, place) => ({ one, at: dice[place] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const [first, second] = [heard(inOrder), heard(shuffled)];
        expect(bytes(second)).toBe(bytes(first));
        expect([...second.kept()]).toEqual([...first.kept()]);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same from parts, kept and restored, in any order and delivered twice, as from the whole', () => {
    fc.assert(
      fc.property(parted, ({ messages, arrivals }) => {
        const kept = new Map<number, string[]>();
        for (const part of [...arrivals, 0, 1, 2, 3, 4]) {
          const own = messages.filter(([of]) => of === part).map(([, one]) => one);
          kept.set(part, [...heard(own).kept()]);
        }
        const updated = empty();
        for (const lines of kept.values()) for (const line of lines) updated.restore(line);
        const rebuilt = heard(messages.map(([, one]) => one));

        expect([...updated.kept()]).toEqual([...rebuilt.kept()]);
        expect(bytes(updated)).toBe(bytes(rebuilt));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'nothing',
    '{}',
    '["nobody",["ana","2025","2025"]]',
    '["person",["ana","2025","2025",7]]',
    '["__proto__",["ana","2025","2025"]]',
  ])('refuses %s as a line of it', (line) => {
    expect(() => {
      empty().restore(line);
    }).toThrow();
  });
});

describe('bounded memory', () => {
  const words = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.nat(5)),
    { maxLength: 80 },
  );

  it('samples the same occurrences however the log is cut, and each once', () => {
    fc.assert(
      fc.property(words, fc.nat(80), fc.integer({ min: 1, max: 9 }), (said, cut, most) => {
        const whole = sampled([...said, ...said], most);
        const parts = sampled(said.slice(cut), most);
        parts.restore(sampled(said.slice(0, cut), most).kept());
        const all = said.map(([word, place]) => [rankOf(word, place), word] as const);
        const each = new Map(all.map(([rank, word]) => [`${rank} ${word}`, [rank, word] as const]));
        const lowest = [...each.values()].sort(([a], [b]) => a - b).slice(0, most);

        expect(whole.entries()).toEqual(lowest);
        expect(parts.entries()).toEqual(lowest);
      }),
    );
  });

  it('finds in its sample what is said most', () => {
    const sample = new Occurrences(64);
    for (let n = 0; n < 10_000; n += 1) {
      const term = n % 4 === 0 ? 'often' : `once ${n}`;
      sample.add(rankOf(term, n), term);
    }
    const share = (sample.counts().get('often') ?? 0) / 64;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.45);
  });
});

function sampled(said: readonly (readonly [string, number])[], most: number): Occurrences {
  const sample = new Occurrences(most);
  for (const [word, place] of said) sample.add(rankOf(word, place), word);
  return sample;
}
