import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeatEvent } from '#contract/beat-event.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { NOTHING_SAID, Talk } from '#contract/talk.ts';
import { announce } from '#core/talk/announce.ts';
import { hear } from '#core/talk/hear.ts';
import { consider, DEFAULT_LIMITS } from '#core/talk/limits.ts';
import { takeToken } from '#core/talk/pace.ts';
import { byteLength, cutBytes, oneLine, splitBytes } from '#core/talk/text.ts';
import { taskId } from '../../support/builders.ts';

describe('announcing', () => {
  const agentId = agentOf('kk-juanjumagalp').id;
  const task = taskId(1);
  const tx = `0x${'ab'.repeat(32)}`;
  const approved: BeatEvent = {
    ...{ kind: 'approved', product: 'raw_logs', price: 10_000n, taskId: task },
    ...{ seller: 'kk-karma-hello', releaseTx: tx, score: 92 },
  };

  it('puts the real numbers into a DEAL, under an id that is the same every time', () => {
    const [one, other] = [announce(agentId, approved, {}), announce(agentId, approved, { x: 1 })];
    expect(one.line).toEqual({
      v: 1,
      id: `kk-juanjumagalp:approved:${task}`,
      agentId,
      channel: '#execution-market',
      text: `DEAL: kk-juanjumagalp <-> kk-karma-hello | raw_logs | $0.01 | ${tx} | quedó bacano: 92/100, ¡gracias!`,
    });
    expect(other.line).toEqual(one.line);
  });

  it('gives no score to what was paid before it was looked at', () => {
    const { score: _score, ...unseen } = approved;
    const { text } = announce(agentId, unseen, {}).line;
    expect(text).toBe(`DEAL: kk-juanjumagalp <-> kk-karma-hello | raw_logs | $0.01 | ${tx}`);
  });
});

describe('limits', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const later = (ms: number) => new Date(now.getTime() + ms);
  const limits = DEFAULT_LIMITS;
  const lines = Array.from(
    { length: 11 },
    (_, n) => `${'abcdefghijk'[n] ?? ''}${n} says ${n * 7}x`,
  );

  it('keep a topic quiet for six hours, in any process, and others not', () => {
    const said = consider(NOTHING_SAID, { text: 'one', topic: 'chatter' }, { now, limits });
    expect(said.kind).toBe('say');
    const talk =
      said.kind === 'say' ? Talk.parse(JSON.parse(JSON.stringify(said.talk))) : NOTHING_SAID;
    const again = (ms: number, topic = 'chatter') =>
      consider(talk, { text: `more ${ms}`, topic }, { now: later(ms), limits });
    expect(again(6 * 3_600_000 - 1)).toEqual({ kind: 'drop', because: 'cooldown' });
    expect(again(6 * 3_600_000).kind).toBe('say');
    expect(again(1, 'another').kind).toBe('say');
  });

  it('drop what says nearly the same as a line of the last two minutes', () => {
    const first = consider(
      NOTHING_SAID,
      { text: 'I sell nine good raw logs for two cents' },
      { now, limits },
    );
    const talk = first.kind === 'say' ? first.talk : NOTHING_SAID;
    const alike = { text: 'i sell nine GOOD raw logs for two cents, friends' };
    expect(consider(talk, alike, { now: later(119_999), limits })).toEqual({
      kind: 'drop',
      because: 'repeated',
    });
    expect(consider(talk, alike, { now: later(120_000), limits }).kind).toBe('say');
    const other = { text: 'I buy nine good raw logs for three dollars' };
    expect(consider(talk, other, { now: later(1), limits }).kind).toBe('say');
  });

  it('silence for ten minutes who has said ten lines in two, and lose none of its lines', () => {
    let talk: Talk = NOTHING_SAID;
    const verdicts = lines.map((text) => {
      const verdict = consider(talk, { text }, { now, limits });
      if (verdict.kind !== 'drop') talk = verdict.talk;
      return verdict.kind;
    });
    expect(verdicts).toEqual([...Array.from({ length: 10 }, () => 'say'), 'wait']);
    const next = (ms: number) => consider(talk, { text: 'at last' }, { now: later(ms), limits });
    expect(next(599_999)).toMatchObject({ kind: 'wait', because: 'silenced' });
    expect(next(600_000).kind).toBe('say');
  });

  it('remember no more than a little, however much is said', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat(200_000)), { maxLength: 80 }), (drafts) => {
        let talk: Talk = NOTHING_SAID;
        let at = now.getTime();
        for (const [text, ms] of drafts) {
          at += ms;
          const verdict = consider(
            talk,
            { text: text.repeat(50), topic: text },
            { now: new Date(at), limits },
          );
          if (verdict.kind !== 'drop') talk = Talk.parse(verdict.talk);
        }
        expect(talk.said.length).toBeLessThanOrEqual(10);
        expect(Object.keys(talk.quiet).length).toBeLessThanOrEqual(40);
      }),
    );
  });
});

describe('hearing', () => {
  it.each([
    ['maria', '@kk-karma-hello hi', [['kk-karma-hello', 'mention']]],
    ['kk-coordinator', '@kk-karma-hello hi', [['kk-karma-hello', 'mention']]],
    ['kk-karma-hello_', 'kk-karma-hello: I am myself', []],
    ['kk-coordinator', 'COORD: @kk-karma-hello do this', []],
    ['KK-Validator__', 'NEED: raw_logs | free | @kk-karma-hello', []],
    [
      'maria',
      'NEED: raw_logs | $0.01 | @kk-validator',
      [
        ['kk-validator', 'mention'],
        ['kk-karma-hello', 'need'],
      ],
    ],
    [
      'maria',
      'HAVE: Voice profiles | $1',
      [
        ['kk-soul-extractor', 'have'],
        ['kk-juanjumagalp', 'have'],
      ],
    ],
    [
      'maria',
      'DEAL: Maria <-> pedro | skill_profiles | $0.03 | 0xab',
      [
        ['kk-soul-extractor', 'deal'],
        ['kk-juanjumagalp', 'deal'],
      ],
    ],
    ['luis', 'DEAL: maria <-> pedro | skill_profiles | $0.03', []],
    ['maria', 'DEAL: maria <-> kk-skill-extractor | skill_profiles | $0.05', []],
    ['kk-validator', 'DEAL: kk-validator <-> pedro | skill_profiles | $0.05', []],
    ['maria', 'VERIFIED: skill_profiles', []],
    ['maria', 'NEED: a pony | $1', []],
    ['maria', 'good morning', []],
  ])('%s saying "%s" concerns %j', (sender, text, concerned) => {
    expect(hear({ sender, text }, ROSTER).map(({ agentId, kind }) => [agentId, kind])).toEqual(
      concerned,
    );
  });
});

describe('text', () => {
  it('is cut and split within its bytes, between code points, and nothing is lost that fits', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 }).map(oneLine);
    fc.assert(
      fc.property(text, fc.integer({ min: 8, max: 200 }), (line, max) => {
        expect(byteLength(cutBytes(line, max))).toBeLessThanOrEqual(max);
        const parts = splitBytes(line, max, { maxParts: 1000 });
        expect(parts.every((part) => byteLength(part) <= max && part.isWellFormed())).toBe(true);
        expect(parts.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
        expect(splitBytes(line, max, { maxParts: 3 }).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('a text that is too long for its parts', () => {
  const text = 'palabra '.repeat(400).trim();

  it('ends with the address of the whole, where there is one that leaves room', () => {
    const link = 'https://store.example/deliveries/1';
    const parts = splitBytes(text, 100, { maxParts: 3, link });
    expect(parts).toHaveLength(3);
    expect(parts.at(-1)).toMatch(/^palabra .* https:\/\/store\.example\/deliveries\/1$/);
    for (const part of parts) expect(byteLength(part)).toBeLessThanOrEqual(100);
    const long = `https://store.example/${'x'.repeat(60)}`;
    expect(splitBytes(text, 100, { maxParts: 3, link: long }).join(' ')).not.toContain('https');
    expect(splitBytes('short', 100, { maxParts: 3, link })).toEqual(['short']);
  });
});

describe('a token bucket', () => {
  it('lets a burst through and then keeps to its pace', () => {
    const pace = { burst: 2, perSecond: 1 };
    let bucket = { tokens: 2, at: 0 };
    const waits = [0, 0, 0, 0].map(() => {
      const taken = takeToken(bucket, pace, 0);
      bucket = taken.bucket;
      return taken.waitMs;
    });
    expect(waits).toEqual([0, 0, 1000, 2000]);
    expect(takeToken(bucket, pace, 10_000).waitMs).toBe(0);
    expect(takeToken(bucket, pace, -10_000).waitMs).toBe(3000);
  });
});
