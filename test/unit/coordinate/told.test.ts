import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Pulse } from '#contract/agent-state.ts';
import { BeatEvent } from '#contract/beat-event.ts';
import { COORDINATOR, ROSTER } from '#contract/roster.ts';
import { figuresOf, profits, report } from '#core/coordinate/report.ts';
import { standup } from '#core/coordinate/standup.ts';
import { survey } from '#core/coordinate/survey.ts';
import { announce } from '#core/talk/announce.ts';
import { byteLength } from '#core/talk/text.ts';
import { agentId, BUYER, NOW, SELLER } from '../../support/builders.ts';
import { aPulse, everybody, MINUTE, swarm } from './swarm.ts';

const DAY = 24 * 60 * MINUTE;
const CONSUMER = agentId('kk-juanjumagalp');
const oversight = { since: new Date(NOW.getTime() - DAY).toISOString(), woken: {}, still: {} };
const seen = (...special: Pulse[]) =>
  survey(ROSTER, swarm(everybody(...special)), { oversight, self: COORDINATOR, now: NOW });
const trade = (income: bigint, expense: bigint, fees: bigint) => ({ income, expense, fees });
const busy = [
  aPulse(SELLER, {
    shelf: ['raw_logs'],
    trades: { raw_logs: trade(30_000n, 0n, 3_900n), topic_map: trade(20_000n, 0n, 0n) },
  }),
  aPulse(BUYER, {
    bounties: 1,
    openDeals: 2,
    trades: { skill_profiles: trade(50_000n, 0n, 6_500n), raw_logs: trade(0n, 10_000n, 0n) },
  }),
];

describe('the standup', () => {
  it('says in a line who beats, what is open and what was sold', () => {
    const said = (...[view, last]: Parameters<typeof standup>) =>
      announce(COORDINATOR, standup(view, last), { standup: 1 }).line.text;
    expect(said(seen(), undefined)).toBe(
      'COORD: Logbook of 2026-03-01: 7 of 7 beat; bounties open, 0; $0 sold since the last entry and $0 in all. To look at: 0',
    );
    expect(said(seen(...busy), { day: '2026-02-28', sold: 40_000n })).toBe(
      'COORD: Logbook of 2026-03-01: 7 of 7 beat; bounties open, 1; $0.06 sold since the last entry and $0.1 in all. To look at: 0',
    );
  });

  it('names who needs a look, the most urgent first', () => {
    const silent = ROSTER.slice(3).map(({ id }) => aPulse(id, { ago: 3 * 60 * MINUTE }));
    const view = seen(aPulse(BUYER, { overdue: 2, wallet: 90_000n }), ...silent);
    expect(standup(view, undefined)).toMatchObject({
      beating: 3,
      concerns:
        '4 stale: kk-voice-extractor (3 h), kk-validator (3 h), kk-soul-extractor (3 h), …; ' +
        '1 stuck: kk-skill-extractor (2); 1 low: kk-skill-extractor ($0.09)',
    });
  });

  it('is one line of at most 400 bytes, whatever the pulses hold', () => {
    const wild = fc.record({
      overdue: fc.nat(),
      bounties: fc.nat(),
      wallet: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
      ago: fc.integer({ min: -DAY, max: 9_000 * DAY }),
      income: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: ROSTER.length }), (all) => {
        const pulses = all.map(({ income, ...over }, n) =>
          aPulse(ROSTER[n]!.id, { ...over, trades: { raw_logs: trade(income, 0n, 0n) } }),
        );
        const event = standup(seen(...pulses), { day: '2026-02-28', sold: 1n });
        const { line } = announce(COORDINATOR, BeatEvent.parse(z.encode(BeatEvent, event)), {});
        expect(byteLength(line.text)).toBeLessThanOrEqual(400);
        expect(line).toMatchObject({ channel: '#kk-ops' });
        expect(line.text).toMatch(/^COORD: [^\r\n]*2026-03-01[^\r\n]*$/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the report', () => {
  it('has the profit and loss of everybody by product, and their sums', () => {
    expect(
      profits(seen(...busy)).map(({ agent, product, profit }) => [agent, product, profit]),
    ).toEqual([
      [SELLER, 'raw_logs', 26_100n],
      [SELLER, 'topic_map', 20_000n],
      [SELLER, '', 46_100n],
      [BUYER, 'raw_logs', -10_000n],
      [BUYER, 'skill_profiles', 43_500n],
      [BUYER, '', 33_500n],
      ['all agents', '', 79_600n],
    ]);
  });

  it('adds up, whatever was traded', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });
    const any = fc.dictionary(
      fc.constantFrom('raw_logs', 'user_stats', 'validation'),
      fc.record({ income: amount, expense: amount, fees: amount }),
    );
    fc.assert(
      fc.property(any, any, (one, other) => {
        const rows = profits(
          seen(aPulse(SELLER, { trades: one }), aPulse(BUYER, { trades: other })),
        );
        const all = [...Object.values(one), ...Object.values(other)];
        const profit = all.reduce((sum, each) => sum + each.income - each.expense - each.fees, 0n);
        expect(rows.at(-1)).toMatchObject({ agent: 'all agents', profit });
        const products = rows.filter(({ product }) => product !== '');
        expect(products.reduce((sum, row) => sum + row.profit, 0n)).toBe(profit);
      }),
    );
  });

  it('tells what has come since the last report of an earlier day', () => {
    const figures = figuresOf(
      seen(aPulse(SELLER, { trades: { raw_logs: trade(10_000n, 0n, 1_300n) } })),
    );
    expect(figures).toEqual({ day: '2026-03-01', profits: { [`${SELLER}/raw_logs`]: 8_700n } });
    const before = { ...figures, day: '2026-02-28' };
    const view = { ...seen(...busy), before };
    expect(profits(view).map(({ agent, product, fresh }) => [agent, product, fresh])).toEqual([
      [SELLER, 'raw_logs', 17_400n],
      [SELLER, 'topic_map', 20_000n],
      [SELLER, '', 37_400n],
      [BUYER, 'raw_logs', -10_000n],
      [BUYER, 'skill_profiles', 43_500n],
      [BUYER, '', 33_500n],
      ['all agents', '', 70_900n],
    ]);
    expect(report(view)).toMatch(/\| raw_logs +\| 0\.03 +\| +\| 0\.0039 \| 0\.0261 \| 0\.0174 +\|/);
  });

  it('reads as Markdown and in a terminal', () => {
    const never = everybody(...busy, aPulse(CONSUMER, { ago: 2 * DAY, wallet: 120_000n }));
    const pulses = never.filter(({ agentId: id }) => id !== agentId('kk-validator'));
    const view = survey(ROSTER, swarm(pulses), { oversight, self: COORDINATOR, now: NOW });
    const lines = report(view).split('\n');
    expect(lines.slice(0, 9)).toEqual([
      '# Economía Viva, 2026-03-01',
      '',
      'As of 12:00 UTC: 5 of 7 agents beat, 1 bounty open.',
      '',
      '## To look at',
      '',
      '- stale: kk-validator: it has never beaten',
      '- stale: kk-juanjumagalp: its last beat was 2 d ago',
      '- low: kk-juanjumagalp: it has $0.12 and keeps $0.1, so it cannot pay for all that it wants',
    ]);
    const tables = lines.filter((line) => line.startsWith('|'));
    expect(tables).toContain(
      '| kk-karma-hello     | raw_logs       | 0.03 |        | 0.0039 | 0.0261 |',
    );
    const widths = new Set(tables.map((line) => line.length));
    expect(widths.size).toBe(2);
    expect(report(view).endsWith('|\n')).toBe(true);
  });
});
