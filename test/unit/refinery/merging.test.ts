import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { ProductRecord } from '#contract/profiles.ts';
import { Occurrences, rankOf } from '#core/refinery/bottom-k.ts';
import { stateOf } from '#core/refinery/refine.ts';
import type { State } from '#core/refinery/state.ts';
import { BrokenState, KeptLine, type KeptLines } from '#core/refinery/whole.ts';
import { anyMessage } from '../../support/any-message.ts';
import { said } from '../../support/messages.ts';

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
const bytes = async (state: State<ProductRecord>, parts: readonly KeptLines[] = []) =>
  JSON.stringify(await Array.fromAsync(state.records(parts)));
const kept = async (state: State<ProductRecord>, parts: readonly KeptLines[] = []) =>
  KeptLine.array().parse(JSON.parse(JSON.stringify(await Array.fromAsync(state.kept(parts)))));

describe.each(PRODUCTS)('the state of %s', (product) => {
  const empty = () => stateOf(product, ZONE)!;
  const heard = (messages: readonly LogRecord[]) => {
    const state = empty();
    for (const one of messages) state.hear(one);
    return state;
  };

  it('does not know in which order messages came', async () => {
    await fc.assert(
      fc.asyncProperty(parted, async ({ messages, dice }) => {
        const inOrder = messages.map(([, one]) => one);
        const shuffled = inOrder
          .map((one, place) => ({ one, at: dice[place] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const [first, second] = [heard(inOrder), heard(shuffled)];
        expect(await bytes(second)).toBe(await bytes(first));
        expect(await kept(second)).toEqual(await kept(first));
      }),
      { numRuns: 60 },
    );
  });

  it('is the same of parts, kept one by one or on top of each other, as of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(parted, async ({ messages, arrivals }) => {
        const states = new Map<number, State<ProductRecord>>();
        for (const part of [...arrivals, 0, 1, 2, 3, 4]) {
          const own = messages.filter(([of]) => of === part).map(([, one]) => one);
          states.set(part, heard(own));
        }
        const parts = await Promise.all([...states.values()].map((state) => kept(state)));
        let one = await kept(empty());
        for (const state of states.values()) one = await kept(state, [one]);
        const rebuilt = heard(messages.map(([, one]) => one));

        expect(one).toEqual(await kept(rebuilt));
        expect(await kept(empty(), parts)).toEqual(one);
        expect(await bytes(empty(), parts)).toBe(await bytes(rebuilt));
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what is no part of it, and lets go of it', async () => {
    const one = said(['gm bob', 'python', 'bob: gm']);
    const [first, ...more] = await kept(heard([...one, ...said(['hola', 'que tal', 'x'], 'bob')]));
    const [name, [key, from, to, ...parts]] = first!;
    let [open, closed] = [0, 0];
    function* lines(wrong: readonly KeptLine[]): Generator<KeptLine> {
      open += 1;
      try {
        yield* wrong;
      } finally {
        closed += 1;
      }
    }
    const broken: readonly (readonly KeptLine[])[] = [
      [['nobody', [key, from, to, ...parts]], ...more],
      [['__proto__', [key, from, to, ...parts]], ...more],
      [[name, [key, from, to, ...parts, []]], ...more],
      [[name, [key, from, to, ...parts.map(() => ({}))]], ...more],
      [first!, first!, ...more],
      [...more.toReversed(), first!],
    ];
    for (const wrong of broken) {
      await expect(bytes(heard(one), [lines(wrong)])).rejects.toThrow(BrokenState);
    }
    expect(closed).toBe(open);
    expect(open).toBe(broken.length);
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

        const kept = [lowest.map(([rank]) => rank), lowest.map(([, word]) => word)];
        expect(whole.kept()).toEqual(kept);
        expect(parts.kept()).toEqual(kept);
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
