import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BeatEvent } from '#contract/beat-event.ts';
import { AgentId } from '#contract/ids.ts';
import { IrcLine } from '#contract/irc-line.ts';
import { type Agent, agentOf, ROSTER } from '#contract/roster.ts';
import { announce, factsOf } from '#core/talk/announce.ts';
import { isAutomatic, MAX_LINE_BYTES, parseUtterance } from '#core/talk/grammar.ts';
import { introduction } from '#core/talk/introduction.ts';
import { type Occasion, phrasingsOf } from '#core/talk/persona.ts';
import { byteLength, oneLine } from '#core/talk/text.ts';
import { PERSONAS_FILE, personasJson, readSoul } from '../../../scripts/personas/read.ts';
import { taskId } from '../../support/builders.ts';

const HOUR = 3_600_000;
const TASK = taskId(1);
const TX = `0x${'ab'.repeat(32)}`;
const dear = 987_654_321_123_456n;
/** The longest that a fact gets, but for what ends a line and may be cut. */
const EVENTS: readonly BeatEvent[] = [
  { kind: 'published', product: 'skill_profiles', price: dear, taskId: TASK },
  { kind: 'applied', product: 'skill_profiles', price: dear, taskId: TASK },
  { kind: 'delivered', product: 'voice_profiles', price: dear, taskId: TASK, records: 13_000_017 },
  {
    ...{ kind: 'approved', product: 'voice_profiles', price: dear, taskId: TASK, score: 97 },
    ...{ seller: 'kk-voice-extractor-with-30-let', releaseTx: TX },
  },
  { kind: 'rejected', product: 'soul_profiles', taskId: TASK, reason: 'sha256-differs: no match' },
  {
    ...{ kind: 'verified', product: 'soul_profiles', taskId: TASK, records: 13_000_017 },
    ...{ score: 43, objections: 3 },
  },
  {
    ...{ kind: 'newProduct', product: 'soul_profiles', price: dear, version: 'f'.repeat(64) },
    ...{ records: 13_000_017, users: 471_003 },
  },
  {
    ...{ kind: 'standup', day: '2026-11-21', beating: 123, members: 127, bounties: 4321 },
    ...{ fresh: dear, sold: dear + 1n, concerns: '2 stale: kk-a (3 h), kk-b (never seen)' },
  },
  { kind: 'woken', agent: 'kk-voice-extractor', last: '2026-11-21T10:00:00.000Z' },
  { kind: 'lowBalance', key: '2026-11-21', balance: 93_107n, reserve: 100_000n },
];

/** What each role has to tell. */
function occasionsOf({ role, sells, wants }: Agent): Occasion[] {
  return [
    'introduction',
    ...(sells.length > 0 ? (['newProduct', 'applied', 'delivered'] as const) : []),
    ...(wants.length > 0 ? (['published', 'approved', 'rejected', 'lowBalance'] as const) : []),
    ...(role === 'validator' ? (['verified'] as const) : []),
    ...(role === 'coordinator' ? (['standup', 'woken'] as const) : []),
  ];
}

const STRANGER = AgentId.parse('kk-somebody-new');
const speakers = [...ROSTER.map(({ id }) => id), STRANGER];
const said = (id: AgentId, event: BeatEvent) =>
  phrasingsOf(id, event.kind).map((_, turn) => announce(id, event, { [event.kind]: turn }).line);

describe('personas', () => {
  it('are bundled as their SOUL.md says: run `node scripts/personas.ts`', () => {
    expect(readFileSync(PERSONAS_FILE, 'utf8')).toBe(personasJson());
  });

  it('have words of their own, in both languages, for all that their role has to tell', () => {
    for (const agent of ROSTER) {
      for (const occasion of occasionsOf(agent)) {
        const own = phrasingsOf(agent.id, occasion);
        expect(own.length, `${agent.id} ${occasion}`).toBeGreaterThanOrEqual(4);
        expect(new Set(own).size, `${agent.id} ${occasion}`).toBe(own.length);
        const plain = phrasingsOf(STRANGER, occasion);
        expect(
          own.filter((text) => plain.includes(text)),
          `${agent.id} ${occasion}`,
        ).toEqual([]);
      }
    }
  });

  it.each(EVENTS)(
    'say every fact of $kind in every phrasing, in the grammar, in 400 bytes',
    (event) => {
      const facts = factsOf(event);
      for (const id of speakers) {
        for (const phrasing of phrasingsOf(id, event.kind))
          expect(phrasing.match(/(?<=\{)\w+(?=\})/g)?.toSorted()).toEqual(
            Object.keys(facts).toSorted(),
          );
        const understood = said(id, event).map((line) => {
          expect(IrcLine.parse(line)).toEqual(line);
          expect(byteLength(line.text)).toBeLessThanOrEqual(MAX_LINE_BYTES);
          expect(line.text).toBe(oneLine(line.text));
          expect(line.text).not.toContain('…');
          expect(isAutomatic(line.text)).toBe(true);
          for (const fact of Object.values(facts)) expect(line.text).toContain(fact);
          const {
            detail: _detail,
            text: _text,
            ...rest
          } = {
            ...{ detail: '', text: '' },
            ...parseUtterance(line.text),
          };
          return rest;
        });
        // what a program reads is the same whatever the words
        expect(understood[0]).toHaveProperty('kind');
        for (const one of understood) expect(one).toEqual(understood[0]);
      }
    },
  );

  it('cut what strangers may make long, and nothing before it', () => {
    const event = EVENTS.find(({ kind }) => kind === 'rejected')!;
    for (const id of speakers) {
      for (const { text } of said(id, { ...event, reason: '¡ñandú! '.repeat(60) } as BeatEvent)) {
        expect(byteLength(text)).toBeLessThanOrEqual(MAX_LINE_BYTES);
        expect(text).toContain(TASK);
        expect(text).toContain('Soul profiles');
      }
    }
  });

  it.each(EVENTS)(
    'never say $kind twice alike in a row, and all phrasings before one again',
    (event) => {
      for (const id of speakers) {
        const many = phrasingsOf(id, event.kind).length;
        const texts: string[] = [];
        let turns = {};
        for (let n = 0; n < 2 * many; n += 1) {
          const one = announce(id, event, turns);
          ({ turns } = one);
          texts.push(one.line.text);
        }
        texts.slice(1).forEach((text, n) => {
          expect(text).not.toBe(texts[n]);
        });
        expect(new Set(texts.slice(0, many)).size).toBe(many);
      }
    },
  );

  it('introduce themselves with what they sell and buy, otherwise than an hour before', () => {
    for (const agent of [...ROSTER, { ...agentOf('kk-soul-extractor'), id: STRANGER }]) {
      const texts = Array.from({ length: 24 }, (_, hour) =>
        introduction(agent, new Date(hour * HOUR)),
      );
      for (const text of texts) {
        expect(text).toContain(agent.id);
        expect(text).not.toContain('{');
        expect(byteLength(text)).toBeLessThanOrEqual(MAX_LINE_BYTES);
        if (agent.sells.includes('raw_logs')) expect(text).toContain('Raw chat logs $0.01');
        if (agent.wants.includes('raw_logs')) expect(text).toContain('Raw chat logs $0.01');
        if (agent.sells.includes('soul_profiles')) expect(text).toContain('Soul profiles $0.08');
      }
      texts.slice(1).forEach((text, n) => {
        expect(text).not.toBe(texts[n]);
      });
    }
  });

  it.each([
    ['- es: hola', 'its "- en: ..."'],
    ['- en: hello\n- es: hola', '"- en: hello" stands where'],
    ['- es: hola\n- en: hello\nhello', '"hello" stands where'],
    ['- es: hola\n- es: otra', '"- es: otra" stands where'],
  ])('are refused in a sentence when they are no pairs: %j', (lines, complaint) => {
    expect(() => readSoul(`# kk-x\n\n## applied\n${lines}\n`, 'kk-x')).toThrow(complaint);
  });
});
