import { describe, expect, it } from 'vitest';
import { inTurn, type Waiting } from '#core/logs/turns.ts';
import { agent } from './house.ts';
import { MemoryPointers } from './memory.ts';

/** Time passes when somebody waits. */
function waiting(pointers = new MemoryPointers()): Waiting & { passed: () => number } {
  let now = 1_000_000;
  return {
    pointers,
    now: () => new Date(now),
    pause: (milliseconds) => {
      now += milliseconds;
      return new Promise(setImmediate);
    },
    passed: () => now - 1_000_000,
  };
}

const later = (): Promise<void> => new Promise(setImmediate);

describe('turns of rebuilding', () => {
  it('let few rebuild for many, and each sees a rebuild that began after it came', async () => {
    const house = waiting();
    const begun: number[] = [];
    let clock = 0;
    const collect = async (): Promise<void> => {
      clock += 1;
      const came = clock;
      await inTurn(agent, house, async (stay) => {
        clock += 1;
        const began = clock;
        for (let day = 0; day < 5; day += 1) {
          await later();
          await stay();
        }
        begun.push(began);
      });
      expect(begun.some((began) => began > came)).toBe(true);
    };
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        for (let wait = 0; wait < n % 4; wait += 1) await later();
        await collect();
      }),
    );
    expect(begun.length).toBeGreaterThan(1);
    expect(begun.length).toBeLessThan(8);
  });

  it('pass on when a rebuild fails, and after a while when its rebuilder is heard of no more', async () => {
    const house = waiting();
    const failing = inTurn(agent, house, () => Promise.reject(new Error('no disk')));
    await expect(failing).rejects.toThrow('no disk');
    expect(await inTurn(agent, house, () => Promise.resolve('done'))).toBe('done');
    expect(house.passed()).toBe(0);

    void inTurn(agent, house, () => new Promise<never>(() => undefined));
    await later();
    expect(await inTurn(agent, house, () => Promise.resolve('done'))).toBe('done');
    expect(house.passed()).toBeGreaterThanOrEqual(5000);
  });

  it('are kept by who says that it goes on, and not waited for without time', async () => {
    const house = waiting();
    let isOver = false;
    const long = inTurn(agent, house, async (stay) => {
      for (let day = 0; day < 300; day += 1) {
        await house.pause(50);
        await stay();
      }
      isOver = true;
    });
    await later();
    const hasty = inTurn(agent, { ...house, isLate: () => true }, () => Promise.resolve(isOver));
    expect(await hasty).toBe(false);
    const patient = await inTurn(agent, house, () => Promise.resolve(isOver));
    expect(patient).toBe(true);
    await long;
  });
});
