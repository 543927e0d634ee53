import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { Occurrences, rankOf } from '#core/refinery/bottom-k.ts';
import { People } from '#core/refinery/people.ts';
import { noteSkills, skillProfilesOf } from '#core/refinery/skills.ts';
import { voiceProfilesOf } from '#core/refinery/voice-traits.ts';
import { noteVoice } from '#core/refinery/voices.ts';
import { anyMessage } from '../../support/any-message.ts';

const log = fc.array(anyMessage, { maxLength: 60 });

/** Each message with the part of the log that it comes in, and the parts in the order in which they arrive, some of them twice. */
const parted = fc.record({
  messages: fc.array(fc.tuple(fc.nat(4), anyMessage), { maxLength: 60 }),
  arrivals: fc.array(fc.nat(4), { maxLength: 8 }),
});

const PRODUCTS = [
  { product: 'skill_profiles', note: noteSkills, records: skillProfilesOf },
  { product: 'voice_profiles', note: noteVoice, records: voiceProfilesOf },
] as const;

function heard(note: typeof noteSkills, messages: readonly LogRecord[]): People {
  const people = new People();
  for (const message of messages) note(people, message);
  return people;
}

const bytes = (records: Iterable<object>) =>
  [...records].map((record) => JSON.stringify(record)).join('\n');

describe.each(PRODUCTS)('the state of $product', ({ note, records }) => {
  it('does not know in which order messages came', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(), { minLength: 60 }), (messages, dice) => {
        const shuffled = messages
          .map((message, place) => ({ message, at: dice[place] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ message }) => message);
        expect(bytes(records(heard(note, shuffled)))).toBe(bytes(records(heard(note, messages))));
      }),
    );
  });

  it('is the same from parts, kept and restored, in any order and delivered twice, as from the whole', () => {
    fc.assert(
      fc.property(parted, ({ messages, arrivals }) => {
        const kept = new Map<number, string[]>();
        for (const part of [...arrivals, 0, 1, 2, 3, 4]) {
          const own = messages.filter(([of]) => of === part).map(([, message]) => message);
          kept.set(part, [...heard(note, own).kept()]);
        }
        const updated = new People();
        for (const lines of kept.values()) updated.absorb(People.restored(lines));
        const rebuilt = heard(
          note,
          messages.map(([, message]) => message),
        );

        expect([...updated.kept()]).toEqual([...rebuilt.kept()]);
        expect(bytes(records(updated))).toBe(bytes(records(rebuilt)));
      }),
    );
  });
});

describe('bounded memory', () => {
  const words = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.nat(5)),
    { maxLength: 80 },
  );

  it('samples the same occurrences however the log is cut, and each once', () => {
    fc.assert(
      fc.property(words, fc.nat(80), (said, cut) => {
        const whole = sampled([...said, ...said]);
        const parts = sampled(said.slice(cut));
        parts.absorb(sampled(said.slice(0, cut)));
        expect(parts.entries()).toEqual(whole.entries());
        expect(whole.entries().length).toBeLessThanOrEqual(4);
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

function sampled(said: readonly (readonly [string, number])[]): Occurrences {
  const sample = new Occurrences(4);
  for (const [word, place] of said) sample.add(rankOf(word, place), word);
  return sample;
}
