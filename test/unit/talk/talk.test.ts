import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IrcLine } from '#contract/irc-line.ts';
import { PRODUCTS } from '#contract/products.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { NOTHING_SAID, Talk } from '#contract/talk.ts';
import { announce, type BeatEvent } from '#core/talk/announce.ts';
import { parseUtterance } from '#core/talk/grammar.ts';
import { hear } from '#core/talk/hear.ts';
import { consider, DEFAULT_LIMITS } from '#core/talk/limits.ts';
import { takeToken } from '#core/talk/pace.ts';
import { byteLength, cutBytes, oneLine, splitBytes } from '#core/talk/text.ts';

const AGENT = agentOf('kk-juanjumagalp').id;
const TASK = '0b0e7f3c-7d7e-4bd2-8a6e-000000000001';
const TX = `0x${'ab'.repeat(32)}`;
const published: BeatEvent = {
  kind: 'published',
  product: 'raw_logs',
  price: 10_000n,
  taskId: TASK,
};
const approved: BeatEvent = {
  kind: 'approved',
  product: 'raw_logs',
  price: 10_000n,
  taskId: TASK,
  buyer: 'kk-juanjumagalp',
  seller: 'kk-karma-hello',
  releaseTx: TX,
  score: 92,
};
const EVENTS: readonly BeatEvent[] = [
  published,
  approved,
  { kind: 'applied', product: 'raw_logs', price: 10_000n, taskId: TASK },
  { kind: 'locked', product: 'raw_logs', price: 10_000n, taskId: TASK, seller: 'kk-karma-hello' },
  { kind: 'delivered', product: 'raw_logs', price: 10_000n, taskId: TASK, records: 196_123 },
  { kind: 'rejected', product: 'raw_logs', taskId: TASK, reason: 'sha256 differs\r\nQUIT' },
  { kind: 'verified', product: 'raw_logs', taskId: TASK, records: 196_123, score: 92 },
  {
    kind: 'newProduct',
    product: 'soul_profiles',
    price: 80_000n,
    version: 'f'.repeat(64),
    records: 50,
    users: 50,
  },
  { kind: 'standup', key: '2026-11-21T02', text: `7/7 agents\n${'ñ'.repeat(900)}` },
  { kind: 'lowBalance', key: '2026-11-21', balance: 90_000n, reserve: 100_000n },
];

describe('announcing', () => {
  it('makes each event one line on its channel that the contract accepts, the same every time', () => {
    const announced = announce(AGENT, EVENTS);
    expect(announced).toEqual(announce(AGENT, EVENTS));
    expect(new Set(announced.map(({ line }) => line.id)).size).toBe(EVENTS.length);
    for (const { line } of announced) {
      expect(IrcLine.parse(line)).toEqual(line);
      expect(byteLength(line.text)).toBeLessThanOrEqual(400);
      expect(line.text).toBe(oneLine(line.text));
    }
  });

  it('puts the real numbers into a DEAL', () => {
    const [{ line } = { line: undefined }] = announce(AGENT, [approved]);
    expect(line).toEqual({
      v: 1,
      id: `kk-juanjumagalp:approved:${TASK}`,
      agentId: AGENT,
      channel: '#execution-market',
      text: `DEAL: kk-juanjumagalp <-> kk-karma-hello | raw_logs | $0.01 | ${TX}`,
    });
  });

  it('says the same facts in every phrasing', () => {
    const task = fc.uuid();
    const records = fc.nat(10_000_000);
    fc.assert(
      fc.property(task, records, (taskId, count) => {
        const [need, done] = announce(AGENT, [
          { ...published, taskId },
          {
            kind: 'delivered',
            product: 'raw_logs',
            price: 10_000n,
            taskId,
            records: count,
            buyer: 'kk-x',
          },
        ]);
        expect(need?.line.text).toContain(taskId);
        expect(need?.line.text).toContain(PRODUCTS.raw_logs.title);
        expect(parseUtterance(need?.line.text ?? '')).toMatchObject({
          product: 'raw_logs',
          price: 10_000n,
        });
        for (const fact of [taskId, ` ${count} `, '$0.01', 'kk-x'])
          expect(done?.line.text).toContain(fact);
      }),
    );
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
