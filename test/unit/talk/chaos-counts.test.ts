import { describe, expect, it } from 'vitest';
import { countByVoice, excused, faults, type Heard } from '../../../scripts/chaos/irc/counts.ts';

/** `a0@1`: line 0 of voice a, heard at 1. */
function heard(...lines: readonly string[]): Heard[] {
  return lines.map((line) => {
    const [, voice = '', number, at] = /^(\D+)(\d+)@(\d+)$/.exec(line) ?? [];
    return { voice, number: Number(number), at: Number(at) };
  });
}

const TWO_OF_EACH = new Map([
  ['a', 2],
  ['b', 2],
]);

const TWO_OF_A = heard('a0@1', 'a1@2', 'a0@4', 'a1@5', 'b0@6', 'b1@6');

describe('lines that came twice', () => {
  it.each([
    ['one of each agent after a kill', heard('a0@1', 'b0@1', 'a0@3', 'b0@3', 'a1@4', 'b1@4'), [2]],
    ['two of one agent after two', heard('a0@1', 'a1@2', 'a0@5', 'a1@6', 'b0@7', 'b1@7'), [3, 4]],
    [
      'the same one after each of two',
      heard('a0@1', 'a0@3', 'a0@5', 'a1@6', 'b0@7', 'b1@7'),
      [2, 4],
    ],
  ])("are a kill's doing: %s", (_, arrived, kills) => {
    const count = countByVoice(arrived, TWO_OF_EACH);
    expect(count).toMatchObject({ lost: 0, misordered: 0, doubled: 2 });
    expect(excused(arrived, kills)).toBe(2);
    expect(faults(count, { what: 'out', excused: excused(arrived, kills) })).toEqual([]);
  });

  it.each([
    { what: 'before any kill', arrived: heard('a0@1', 'a0@2', 'a1@4', 'b0@4', 'b1@4'), kills: [3] },
    { what: 'two of one agent after one', arrived: TWO_OF_A, kills: [3], some: 1 },
    { what: 'two of one before the second', arrived: TWO_OF_A, kills: [3, 7], some: 1 },
  ])('are a fault: $what', ({ arrived, kills, some = 0 }) => {
    const count = countByVoice(arrived, TWO_OF_EACH);
    expect(excused(arrived, kills)).toBe(some);
    expect(faults(count, { what: 'out', excused: some })).toHaveLength(1);
  });
});
