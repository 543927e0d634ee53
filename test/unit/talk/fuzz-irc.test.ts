import { describe, expect, it } from 'vitest';
import { IrcFuzz } from '../../../scripts/fuzz/irc.ts';

describe('damaged IRC lines', () => {
  it('are no reason to throw, to say two lines, or to remember without end', () => {
    const fuzz = new IrcFuzz();
    const wrong = Array.from({ length: 2_000 }, (_, seed) => fuzz.line(seed)).filter(
      (what) => what !== undefined,
    );
    expect(wrong).toEqual([]);
    for (const count of Object.values(fuzz.counts)) expect(count).toBeGreaterThan(20);
  });
});
