import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { PRODUCT_RECORD, SkillName, Topic, type TopicMap } from '#contract/profiles.ts';
import { rankOf } from '#core/refinery/bottom-k.ts';
import { Inspector } from '#core/refinery/inspect.ts';
import { compile, find, written } from '#core/refinery/lexicon.ts';
import { TOPIC_OF_SKILL, TOPIC_TERMS } from '#core/refinery/lexicons/topics.ts';
import { fold, words } from '#core/refinery/text.ts';
import { readTopics } from '#core/refinery/topic-map-reading.ts';
import { Days } from '#core/refinery/topic-map-state.ts';
import { recordsOf } from '../../support/messages.ts';
import { SKILL_EXAMPLES } from './skill-examples.ts';
import { TOPIC_EXAMPLES } from './topic-examples.ts';

const tokensOf = (text: string) => words(fold(text));
const topicsOf = (text: string) =>
  new Map(readTopics(fold(text), tokensOf(text)).map(({ topic, subtopics }) => [topic, subtopics]));

const entries = Object.entries(TOPIC_EXAMPLES).flatMap(([topic, groups]) =>
  Object.entries(groups).map(([group, { is, not }]) => ({
    ...{ topic: Topic.parse(topic), group },
    ...{ is: is.split(' | '), not: not.split(' | ') },
  })),
);

describe('the lexicon of topics', () => {
  it.each(entries)('$topic/$group matches its examples', ({ topic, is }) => {
    for (const text of is) expect([text, topicsOf(text).has(topic)]).toEqual([text, true]);
  });

  it.each(entries)('$topic/$group does not match its traps', ({ topic, not }) => {
    for (const text of not) expect([text, topicsOf(text).has(topic)]).toEqual([text, false]);
  });

  it('finds some example of every sub-topic by its own terms', () => {
    for (const { topic, group, is } of entries) {
      const named = is.flatMap((text) => topicsOf(text).get(topic) ?? []);
      expect(named).toContain(`${topic}/${group}`);
    }
  });

  it('lists a term once a topic, and finds every term that it lists', () => {
    const lexicon = compile(TOPIC_TERMS);
    for (const [label, groups] of Object.entries(TOPIC_TERMS)) {
      const listed = Object.values<readonly string[]>(groups).flatMap((all) =>
        all.flatMap(written),
      );
      expect(listed.filter((term, at) => listed.indexOf(term) !== at)).toEqual([]);
      for (const term of listed) {
        const text = term.replace('~', '').replaceAll(/[()]/g, '');
        expect([term, find(lexicon, tokensOf(text)).map((found) => found.label)]).toEqual([
          term,
          expect.arrayContaining([label]),
        ]);
      }
    }
  });

  it.each(SkillName.options)('hears the topic of %s wherever the skill is named', (skill) => {
    for (const [group, { is }] of Object.entries(SKILL_EXAMPLES[skill])) {
      const named = is.flatMap((text) => topicsOf(text).get(TOPIC_OF_SKILL[skill]) ?? []);
      expect(named).toContain(`${skill}/${group}`);
    }
  });

  it('has terms for every topic', () => {
    const named = new Set([...Object.keys(TOPIC_TERMS), ...Object.values(TOPIC_OF_SKILL)]);
    expect(named).toEqual(new Set(Topic.options));
  });
});

/** One message a minute on a day, by three users in turn. */
function day(date: string, texts: readonly string[]): LogRecord[] {
  const start = Date.parse(`${date}T00:00:00Z`);
  return texts.map((text, n) => ({
    ts: `${new Date(start + n * 60_000).toISOString().slice(0, 19)}Z`,
    user: ['ana', 'bob', 'eva'][n % 3] ?? 'ana',
    text,
    kind: 'message',
  }));
}

const mapped = (messages: readonly LogRecord[], zone = 'UTC'): Promise<TopicMap[]> =>
  recordsOf(new Days(zone), messages);

const WORDS =
  'coffee bread garden river window yellow mountain paper table morning bicycle rain'.split(' ');
const smallTalk = (n: number) =>
  Array.from({ length: 300 }, (_, at) =>
    [1, 2, 3].map((place) => WORDS[rankOf(`${n} ${at} ${place}`) % WORDS.length]).join(' '),
  );

describe('topic_map', () => {
  it('has a record for each day and one for all, with exact counts', async () => {
    const [one, two, all] = await mapped([
      ...day('2025-10-21', ['I use Python', 'docker compose up, and git push', 'hola', 'gm']),
      ...day('2025-10-22', ['¿alguien sabe Python?']),
    ]);
    expect(one).toMatchObject({ period: '2025-10-21', messages: 4, users: 3, other: 2 });
    expect(one?.topics).toEqual([
      {
        ...{ topic: 'Programming', messages: 2, share: 0.5 },
        subtopics: [
          { term: 'Programming/versions', count: 1 },
          { term: 'Python/python', count: 1 },
        ],
      },
      {
        ...{ topic: 'Systems', messages: 1, share: 0.25 },
        subtopics: [{ term: 'DevOps/containers', count: 1 }],
      },
    ]);
    expect(two).toMatchObject({ period: '2025-10-22', messages: 1, users: 1, other: 0 });
    expect(all).toMatchObject({
      ...{ period: 'overall', messages: 5, users: 3, other: 2 },
      ...{ firstSeen: '2025-10-21T00:00:00Z', lastSeen: '2025-10-22T00:00:00Z' },
      topics: [{ topic: 'Programming', messages: 3, share: 0.6 }, { topic: 'Systems' }],
    });
  });

  it('begins its days where the stream does', async () => {
    const late = day('2025-10-22', ['gm']);
    expect((await mapped(late, 'America/Bogota'))[0]?.period).toBe('2025-10-21');
    expect((await mapped(late))[0]?.period).toBe('2025-10-22');
  });

  it('says nothing of no log, and refuses a zone that is none', async () => {
    expect(await mapped([])).toEqual([]);
    expect(() => mapped([], 'Mars/Olympus')).toThrow(RangeError);
  });

  it('shows a topic that nobody listed on the day that brings it, and no names', async () => {
    const dates = ['2025-10-20', '2025-10-21', '2025-10-22', '2025-10-23'];
    const messages = dates.flatMap((date, n) =>
      day(
        date,
        smallTalk(n).map((text, at) =>
          n === 2 && at % 20 === 0 ? `${text} quidditch thanks ana` : text,
        ),
      ),
    );
    const made = await mapped(messages);
    expect(made.map(({ found }) => found[0]?.term)).toEqual([
      ...[undefined, undefined, 'quidditch', undefined, 'quidditch'],
    ]);
    expect(made.flatMap(({ found }) => found.map(({ term }) => term))).not.toContain('ana');
  });

  it('passes the inspection, in its order only', async () => {
    const made = await mapped([
      ...day('2025-10-21', smallTalk(1)),
      ...day('2025-10-22', ['I use Python']),
    ]);
    const inspector = new Inspector('topic_map');
    for (const record of made) {
      expect(PRODUCT_RECORD.topic_map.parse(record)).toEqual(record);
      expect(inspector.accept(JSON.stringify(record))).toBeUndefined();
    }
    expect(inspector.tally).toMatchObject({ records: 3, users: 3, from: '2025-10-21T00:00:00Z' });
    // the day of small talk only
    expect(inspector.hollow).toBe(1);
    expect(inspector.accept(JSON.stringify(made[0]))?.reason).toBe('unordered');
  });
});
