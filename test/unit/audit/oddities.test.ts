import { describe, expect, it } from 'vitest';
import type { Product } from '#contract/products.ts';
import { Oddities } from '#core/audit/oddities.ts';

const reasons = (product: Product, records: readonly unknown[]) => {
  const oddities = new Oddities(product);
  for (const record of records) oddities.accept(JSON.stringify(record));
  return oddities.found().map(({ reason }) => reason);
};
const profile = (n: number, over: object = {}) => ({
  v: 1,
  user: `user-${n}`,
  messages: 10 + n,
  confidence: (n % 7) / 10,
  skills: [{ skill: 'Python', score: ((n * 3) % 10) / 10, evidence: n + 1 }],
  ...over,
});
const many = (make: (n: number) => object) => Array.from({ length: 20 }, (_, n) => make(n));

describe('oddities', () => {
  it('are not seen in goods that differ', () => {
    expect(reasons('skill_profiles', many(profile))).toEqual([]);
    expect(
      reasons(
        'raw_logs',
        many((n) => ({ ts: n, user: 'a', text: `line ${n}` })),
      ),
    ).toEqual([]);
  });

  it('are scores that are the same for everybody, wherever they stand', () => {
    const flat = (n: number) =>
      profile(n, { skills: [{ skill: 'Python', score: 0.85, evidence: n }] });
    expect(reasons('skill_profiles', many(flat))).toEqual(['constant-scores']);
    expect(
      reasons(
        'soul_profiles',
        many((n) => profile(n, { confidence: 0.5 })),
      ),
    ).toEqual(['constant-scores']);
  });

  it('are not seen in a few equal scores, nor in counts and versions', () => {
    const flat = (n: number) => profile(n, { confidence: 0.5 });
    expect(reasons('voice_profiles', many(flat).slice(0, 9))).toEqual([]);
    expect(
      reasons(
        'skill_profiles',
        many((n) => profile(n, { v: 1, year: 2026 })),
      ),
    ).toEqual([]);
  });

  it('are copies of one another under other names', () => {
    const copied = many((n) => ({ ...profile(n % 10), user: `user-${n}`, messages: n }));
    expect(reasons('voice_profiles', copied)).toEqual(['duplicates']);
    const said = many((n) => ({ ts: Math.floor(n / 4), user: 'a', text: 'gm' }));
    expect(reasons('raw_logs', said)).toEqual(['duplicates']);
  });

  it('are not looked for in what is no record', () => {
    const oddities = new Oddities('skill_profiles');
    oddities.accept('{"user":');
    expect(oddities.found()).toEqual([]);
  });
});
