import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { topicMapOf } from '#core/refinery/topic-map.ts';
import { Days } from '#core/refinery/topic-map-state.ts';
import { userStatsOf } from '#core/refinery/user-stats.ts';
import { Members } from '#core/refinery/user-stats-state.ts';
import { anyMessage } from '../../support/any-message.ts';

const ZONE = 'America/Bogota';
/** More words than any sample holds, so that what is left out is told alike too. */
const wordy = fc
  .tuple(anyMessage, fc.integer({ min: 0, max: 900 }))
  .map(([message, from]): LogRecord => {
    const words = Array.from({ length: 40 }, (_, at) => `w${(from + at * 7) % 900} alpha`);
    return { ...message, text: words.join(' ') };
  });
const message = fc.oneof({ arbitrary: anyMessage, weight: 3 }, { arbitrary: wordy, weight: 1 });

/** Each message with the part of the log that it comes in, and the parts in the order in which they arrive, some of them twice. */
const parted = fc.record({
  messages: fc.array(fc.tuple(fc.nat(4), message), { maxLength: 60 }),
  arrivals: fc.array(fc.nat(4), { maxLength: 8 }),
  dice: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
});

interface Kind<S> {
  readonly empty: () => S;
  readonly restored: (lines: Iterable<string>) => S;
  readonly records: (state: S) => Iterable<object>;
}

interface State<S> {
  hear(record: LogRecord): void;
  absorb(other: S): void;
  kept(): Iterable<string>;
}

function holds<S extends State<S>>({ empty, restored, records }: Kind<S>): void {
  const heard = (messages: readonly LogRecord[]): S => {
    const state = empty();
    for (const one of messages) state.hear(one);
    return state;
  };
  const bytes = (state: S) =>
    [...records(state)].map((record) => JSON.stringify(record)).join('\n');

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
        for (const lines of kept.values()) updated.absorb(restored(lines));
        const rebuilt = heard(messages.map(([, one]) => one));

        expect([...updated.kept()]).toEqual([...rebuilt.kept()]);
        expect(bytes(updated)).toBe(bytes(rebuilt));
      }),
      { numRuns: 60 },
    );
  });
}

describe('the state of user_stats', () => {
  holds<Members>({
    empty: () => new Members(ZONE),
    restored: (lines) => Members.restored(lines, ZONE),
    records: (state) => userStatsOf(state, ZONE),
  });
});

describe('the state of topic_map', () => {
  holds<Days>({
    empty: () => new Days(ZONE),
    restored: (lines) => Days.restored(lines, ZONE),
    records: (state) => topicMapOf(state, ZONE),
  });
});
