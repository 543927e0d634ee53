import { describe, expect, it } from 'vitest';
import { productVersion } from '#adapters/products/build-product.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import type { UserStats } from '#contract/profiles.ts';
import { Inspector } from '#core/refinery/inspect.ts';
import { Members } from '#core/refinery/user-stats-state.ts';
import { aLog } from '../../support/log.ts';
import { recordsOf, said } from '../../support/messages.ts';

const stats = (messages: readonly LogRecord[], zone = 'UTC'): Promise<UserStats[]> =>
  recordsOf(new Members(zone), messages);

const yuleK = (words: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const squares = [...counts.values()].reduce((sum, count) => sum + count * count, 0);
  return (10_000 * (squares - words.length)) / words.length ** 2;
};

describe('user_stats', () => {
  it('counts messages, days, characters, hours, topics and words', async () => {
    const [ana] = await stats([
      ...said(['I wrote Python', 'gm 🚀', 'python and docker', 'hola']),
      { ts: '2025-10-22T03:30:00Z', user: 'ana', text: 'hola', kind: 'action' },
    ]);
    expect(ana).toMatchObject({
      ...{ user: 'ana', messages: 5, rank: 1, activeDays: 2, averageLength: 8.6 },
      ...{ firstSeen: '2025-10-21T12:00:00Z', lastSeen: '2025-10-22T03:30:00Z' },
      vocabulary: { words: 9, sampled: 9 },
      topics: [
        { topic: 'Programming', messages: 2, share: 0.4 },
        { topic: 'Systems', messages: 1, share: 0.2 },
      ],
    });
    expect(ana?.vocabulary.richness).toBeUndefined();
    expect(ana?.hours.counts[12]).toBe(4);
    expect(ana?.hours.counts[3]).toBe(1);
  });

  it('tells hours and days by the clock of the stream', async () => {
    const night = said(['uno', 'dos', 'tres']).map((message) => ({
      ...message,
      ts: message.ts.replace('T12', 'T03'),
    }));
    const [ana] = await stats([...night, ...said(['cuatro'])], 'America/Bogota');
    expect(ana?.hours).toMatchObject({ zone: 'America/Bogota' });
    expect([ana?.hours.counts[22], ana?.hours.counts[7]]).toEqual([3, 1]);
    expect(ana?.activeDays).toBe(2);
  });

  it('weighs engagement by the formula, and ranks by it', async () => {
    const short = said(['bob: si', 'ok', 'ya', 'si'], 'ana');
    const long = said(['x'.repeat(100), 'y'.repeat(100), 'z'.repeat(100)], 'bob');
    const [ana, bob] = await stats([...short, ...long]);
    // 4 messages, 1 day, 3.25 characters, 1 interaction; 3 messages, 1 day, 100 characters, 1 interaction
    expect(ana?.engagement).toBeCloseTo(0.16 + 0.5 + (0.15 * 3.25) / 50 + 0.03, 3);
    expect(bob?.engagement).toBeCloseTo(0.12 + 0.5 + 0.3 + 0.03, 3);
    expect([ana?.rank, bob?.rank]).toEqual([2, 1]);
  });

  it('never leaves 0 to 10, and gives every rank once', async () => {
    const made = await stats(aLog(6000));
    expect(new Set(made.map(({ rank }) => rank))).toEqual(
      new Set(Array.from({ length: 20 }, (_, at) => at + 1)),
    );
    for (const { engagement } of made) expect(engagement).toBeLessThanOrEqual(10);
  });

  it('knows who speaks to whom, of those who are spoken of', async () => {
    const made = await stats([
      ...said(['bob: hola', '@Bob ven', 'eva: mira', 'ghost: boo'], 'ana'),
      ...said(['ana: dime', 'ok', 'si'], 'bob'),
      ...said(['uno', 'dos'], 'eva'),
    ]);
    expect(made.map(({ interactions }) => interactions)).toEqual([
      {
        ...{ addresses: 2, addressed: 1, partners: 1 },
        strongest: [{ user: 'bob', to: 2, from: 1 }],
      },
      {
        ...{ addresses: 1, addressed: 2, partners: 1 },
        strongest: [{ user: 'ana', to: 1, from: 2 }],
      },
    ]);
  });

  it('computes Yule’s K exactly while the sample holds all words', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => `the cat${n % 7} saw the dog${n % 3}`);
    const [ana] = await stats(said(texts));
    const expected = yuleK(texts.flatMap((text) => text.split(' ')));
    expect(ana?.vocabulary).toMatchObject({ words: 200, sampled: 200 });
    expect(ana?.vocabulary.richness).toBeCloseTo(expected, 2);
  });

  it('estimates K about as well for who says much, and K does not grow with volume', async () => {
    const zipf = (n: number) => `w${Math.floor(Math.exp((((n * 7919) % 1009) / 1009) * 6))}`;
    const spoken = (users: number, messages: number) =>
      Array.from({ length: users }, (_, user) =>
        said(
          Array.from({ length: messages }, (_, n) =>
            Array.from({ length: 8 }, (_, at) => zipf(user * 31 + n * 8 + at)).join(' '),
          ),
          `user${user}`,
        ),
      ).flat();
    const mean = async (messages: number) => {
      const made = await stats(spoken(20, messages));
      return made.reduce((sum, one) => sum + (one.vocabulary.richness ?? 0), 0) / made.length;
    };
    const truth = yuleK(Array.from({ length: 1009 }, (_, n) => zipf(n)));
    // the mean of 20 estimates, each within about 15 %
    for (const messages of [400, 1000]) {
      const ratio = (await mean(messages)) / truth;
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    }
  });

  it('passes the inspection; twenty times the same but for the rank is a fake', async () => {
    const made = await stats(aLog(3000));
    const good = new Inspector('user_stats');
    const fake = new Inspector('user_stats');
    made.forEach((record, at) => {
      expect(good.accept(JSON.stringify(record))).toBeUndefined();
      const { user, rank } = record;
      fake.accept(JSON.stringify({ ...made[0], user, rank: rank + at }));
    });
    expect([good.isConstant, fake.isConstant]).toEqual([false, true]);
  });

  it('is another version in another zone, where days and hours matter', () => {
    const versions = (product: Product) =>
      ['UTC', 'America/Bogota', undefined].map((zone) =>
        productVersion({ product, inputs: [], codeVersion: '1', ...(zone && { zone }) }),
      );
    for (const product of ['user_stats', 'topic_map'] as const) {
      const [utc, bogota, none] = versions(product);
      expect(bogota).not.toBe(utc);
      expect(none).toBe(utc);
    }
    expect(new Set(versions('raw_logs')).size).toBe(1);
  });
});
