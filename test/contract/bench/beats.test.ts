import { describe, expect, it } from 'vitest';
import { TableWatch } from '../../../scripts/bench/beats/table-watch.ts';
import { benchBeats } from '../../../scripts/bench/beats.ts';
import { USAGE } from '../../../scripts/cost/usage.ts';

const AGENTS = 9;
const AT_ONCE = 3;

describe('bench -- beats', () => {
  it('beats more agents than the roster has, each under one holder, for what the bill counts with', async () => {
    const { rounds } = await benchBeats({ agents: AGENTS, atOnce: AT_ONCE }, () => undefined);
    for (const round of rounds) {
      expect(round).toMatchObject({ failed: 0, heldTwice: 0 });
      expect(round.beaten + round.busy).toBe(round.invocations);
      expect(round.mostAtOnce).toBeLessThanOrEqual(AT_ONCE);
    }
    const [, due, twice] = rounds;
    expect(due).toMatchObject({ name: 'due', invocations: AGENTS, idle: AGENTS });
    expect(due?.writes).toBe(USAGE.beat.writes);
    expect(due?.reads).toBeLessThanOrEqual(USAGE.beat.reads);
    expect(twice).toMatchObject({ name: 'twice', invocations: 2 * AGENTS });
  }, 120_000);

  it('would see two holders of one lease', () => {
    const watch = new TableWatch();
    const hold = (owner: string, fromMs: number, toMs: number) => ({
      ...{ partition: 'AGENT#kk-a', owner },
      ...{ fromMs, toMs },
    });
    watch.holds.push(hold('first', 0, 10), hold('second', 10, 20));
    expect(watch.overlaps()).toEqual([]);
    watch.holds.push(hold('third', 15, 16));
    expect(watch.overlaps()).toHaveLength(1);
  });
});
