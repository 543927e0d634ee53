import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Oversight, Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { COORDINATOR, ROSTER } from '#contract/roster.ts';
import { canTell, remember, survey } from '#core/coordinate/survey.ts';
import { agentId, BUYER, NOW, SELLER } from '../../support/builders.ts';
import { aPulse, everybody, MINUTE, swarm } from './swarm.ts';

const watching = (since: number, over: Partial<Oversight> = {}): Oversight => ({
  ...{ since: new Date(NOW.getTime() - since).toISOString(), woken: {}, still: {} },
  ...over,
});
const DAY = 24 * 60 * MINUTE;
const seen = (pulses: Iterable<Pulse>, oversight = watching(DAY)) =>
  survey(ROSTER, swarm(pulses), { oversight, self: COORDINATOR, now: NOW });
const lifeOf = (id: AgentId, view: ReturnType<typeof survey>) =>
  view.members.find(({ agent }) => agent.id === id)?.life;

describe('a survey', () => {
  it('finds nothing where everybody beats, sells and can pay', () => {
    const view = seen(everybody());
    expect(view.findings).toEqual([]);
    expect(new Set(view.members.map(({ life }) => life))).toEqual(new Set(['beats']));
    expect(canTell(view)).toBe(true);
  });

  it.each([
    ['three intervals ago', 15 * MINUTE, 'beats'],
    ['a moment more', 15 * MINUTE + 1, 'stale'],
    // clocks differ by seconds
    ['in a moment', -30_000, 'beats'],
    ['in the far future, which says nothing', -365 * DAY, 'stale'],
  ] as const)('tells an agent whose last pulse was %s', (_when, ago, life) => {
    const view = seen(everybody(aPulse(BUYER, { ago })));
    expect(lifeOf(BUYER, view)).toBe(life);
    expect(view.findings.map(({ id }) => id)).toEqual(life === 'stale' ? [`stale/${BUYER}`] : []);
  });

  it('blames nobody for the time in which the coordinator itself did not look', () => {
    const late = everybody(aPulse(BUYER, { ago: DAY })).filter(({ agentId: id }) => id !== SELLER);
    const early = seen(late, watching(15 * MINUTE));
    expect([lifeOf(BUYER, early), lifeOf(SELLER, early)]).toEqual(['unknown', 'unknown']);
    expect(early.findings).toEqual([]);
    expect(canTell(early)).toBe(false);

    const patient = seen(late, watching(15 * MINUTE + 1));
    expect(patient.findings).toMatchObject([
      { id: `stale/${SELLER}`, fact: 'never seen', because: 'it has never beaten' },
      { id: `stale/${BUYER}`, fact: '1 d', because: 'its last beat was 1 d ago' },
    ]);
  });

  it('finds deals past their deadline, and buyers who cannot pay for the dearest thing they want', () => {
    const soul = agentId('kk-soul-extractor');
    const oldestDealAt = new Date(NOW.getTime() - 3 * DAY).toISOString();
    const view = seen(
      everybody(
        aPulse(BUYER, { overdue: 2, oldestDealAt, wallet: 110_000n }),
        aPulse(soul, { wallet: 149_999n }),
        // who buys nothing needs nothing
        aPulse(SELLER, { wallet: 0n }),
      ),
    );
    expect(view.findings.map(({ id, fact }) => [id, fact])).toEqual([
      [`stuck/${BUYER}`, '2'],
      [`low/${soul}`, '$0.149999'],
    ]);
    expect(view.findings[0]?.because).toContain('began 3 d ago');
  });

  it('finds what lies on a shelf and was not sold for a week, and forgets it when it sells', () => {
    const shelf = ['raw_logs', 'topic_map'] as const;
    const trades = { raw_logs: { income: 10_000n, expense: 0n, fees: 1_300n } };
    const look = (before: Oversight | undefined, now: Date, over: Partial<Pulse>) =>
      remember(
        before,
        swarm([aPulse(SELLER, over), aPulse(COORDINATOR, { at: now.toISOString() })]),
        { self: COORDINATOR, now },
      );
    const first = look(watching(DAY), NOW, { shelf: [...shelf], trades });
    const later = new Date(NOW.getTime() + 7 * DAY + 1);
    const sold = { raw_logs: { ...trades.raw_logs, income: 20_000n } };
    const after = look(first, later, { shelf: [...shelf], trades: sold });
    const at = (oversight: Oversight, pulse: Partial<Pulse>) =>
      survey(
        ROSTER.filter(({ id }) => id === SELLER),
        swarm([aPulse(SELLER, { at: later.toISOString(), ...pulse })]),
        { oversight, now: later },
      ).findings.map(({ id }) => id);

    expect(at(first, { shelf: [...shelf] })).toEqual([
      `quiet/${SELLER}/raw_logs`,
      `quiet/${SELLER}/topic_map`,
    ]);
    expect(at(after, { shelf: [...shelf] })).toEqual([`quiet/${SELLER}/topic_map`]);
    expect(at(first, { shelf: [] })).toEqual([]);
  });

  it('begins its watch anew after an absence, and only then', () => {
    const own = (ago: number) => swarm([aPulse(COORDINATOR, { ago })]);
    const before = watching(DAY);
    const since = (from: Oversight | undefined, ago: number) =>
      remember(from, own(ago), { self: COORDINATOR, now: NOW }).since;
    expect(since(before, 15 * MINUTE)).toBe(before.since);
    expect(since(before, 15 * MINUTE + 1)).toBe(NOW.toISOString());
    expect(since(undefined, MINUTE)).toBe(NOW.toISOString());
    expect(remember(before, swarm([]), { self: COORDINATOR, now: NOW }).since).toBe(
      NOW.toISOString(),
    );
  });

  it('never calls stale who is heard in time, nor well who is not', () => {
    const ago = fc.integer({ min: 0, max: 40 * MINUTE });
    const silences = fc.array(fc.option(ago), {
      minLength: ROSTER.length,
      maxLength: ROSTER.length,
    });
    fc.assert(
      fc.property(silences, ago, (silent, since) => {
        const pulses = ROSTER.flatMap(({ id }, n) => {
          const one = silent[n];
          return one === null || one === undefined ? [] : [aPulse(id, { ago: one })];
        });
        const view = seen(pulses, watching(since));
        for (const [n, { agent, life }] of view.members.entries()) {
          if (agent.id === COORDINATOR) continue;
          const isLate = (silent[n] ?? Infinity) > 15 * MINUTE;
          expect(life).toBe(!isLate ? 'beats' : since > 15 * MINUTE ? 'stale' : 'unknown');
        }
      }),
    );
  });
});
