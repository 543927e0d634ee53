import { describe, expect, it } from 'vitest';
import { dynamoHall, memoryHall, UNTIL, useHall } from '../support/agents-hall.ts';

const LATER = new Date(UNTIL.getTime() + 1);

describe.each([
  ['MemoryAgents', memoryHall],
  ['DynamoAgents', dynamoHall],
])('Lease: %s', (_name, open) => {
  const stage = useHall(open);

  it('goes to exactly one of twenty racers, who is told to beat again', async () => {
    const racers = Array.from({ length: 20 }, (_, n) => stage.take(`racer-${n}`));
    const leases = (await Promise.all(racers)).filter((lease) => lease !== undefined);

    expect(leases).toHaveLength(1);
    expect(await stage.agents.letGo(leases[0]!)).toBe('again');
    expect(await stage.agents.letGo(leases[0]!)).toBe('gone');
  });

  it('is free again once let go, and its fence has grown', async () => {
    const first = await stage.taken('one');
    expect(await stage.agents.letGo(first)).toBe('gone');
    const second = await stage.taken('two');
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(await stage.agents.letGo(first)).toBe('lost');
    expect(await stage.agents.letGo(second)).toBe('gone');
  });

  it('runs out by itself, not a moment before its time', async () => {
    const first = await stage.taken('one');
    expect(await stage.take('two', UNTIL)).toBeUndefined();
    const second = await stage.taken('two', LATER, new Date(LATER.getTime() + 60_000));
    expect(second.fence).toBe(first.fence + 1);
    expect(await stage.agents.letGo(first)).toBe('lost');
  });

  it('never loses a call that comes while it is let go', async () => {
    for (let n = 0; n < 60; n += 1) {
      const held = await stage.taken(`holder-${n}`);
      const [letGo, caller] = await Promise.all([
        stage.agents.letGo(held),
        stage.take(`caller-${n}`),
      ]);
      // whoever called either holds the lease now, or the holder was told
      expect(caller !== undefined || letGo === 'again').toBe(true);
      expect(caller !== undefined && letGo === 'again').toBe(false);
      expect(await stage.agents.letGo(caller ?? held)).toBe('gone');
    }
  });
});
