import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Spool } from '#adapters/irc/spool.ts';
import { aFolder } from '../../support/folders.ts';

/** A spool, and what it tells. */
function aSpool(dir: string, over: { maxBytes?: number; giveUpMs?: number } = {}) {
  const events: string[] = [];
  const onEvent = (event: string): void => {
    events.push(event);
  };
  return { spool: new Spool({ dir, maxBytes: 1e9, giveUpMs: 1e9, ...over, onEvent }), events };
}

/** What a spool hands on, in its order; `take` may refuse. */
async function drain(
  spool: Spool,
  take: (lines: readonly string[]) => void = () => undefined,
): Promise<string[]> {
  const end = new AbortController();
  const taken: string[] = [];
  const running = spool.run((lines) => {
    take(lines);
    taken.push(...lines);
    return Promise.resolve();
  }, end.signal);
  await spool.drained(AbortSignal.timeout(10_000));
  end.abort();
  await running;
  return taken;
}

function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${from + index} ${'x'.repeat(100)}`);
}

describe('the spool', () => {
  it('hands on in order what is more than it holds in memory, and leaves little behind', async () => {
    const { spool } = aSpool(aFolder());
    const lines = numbered(5000);
    for (const line of lines) spool.append(line);
    expect(await drain(spool)).toEqual(lines);
    expect(spool.behind).toBe(0);
  });

  it('offers again what is refused, and gives up what is refused for too long', async () => {
    const patient = aSpool(aFolder());
    patient.spool.append('one');
    let refusals = 2;
    const taken = await drain(patient.spool, () => {
      if (refusals > 0) throw new Error(`away ${refusals--}`);
    });
    expect(taken).toEqual(['one']);
    expect(patient.events).toEqual(['away', 'away']);

    const hasty = aSpool(aFolder(), { giveUpMs: -1 });
    hasty.spool.append('never');
    hasty.spool.flush();
    expect(
      await drain(hasty.spool, () => {
        throw new Error('no');
      }),
    ).toEqual([]);
    expect(hasty.events).toEqual(['line-dropped']);
    expect(hasty.spool.behind).toBe(0);
  });

  it('goes on in its next life behind what was taken, whatever the last one tore', async () => {
    const dir = aFolder();
    const first = aSpool(dir).spool;
    first.append('taken');
    expect(await drain(first)).toEqual(['taken']);
    first.append('whole');
    first.flush();
    appendFileSync(join(dir, '00000001.jsonl'), '{"to');

    const second = aSpool(dir).spool;
    second.append('new');
    expect(await drain(second)).toEqual(['whole', 'new']);
    expect(second.behind).toBe(0);
  });

  it('hands on twice rather than never when its place is not known', async () => {
    const dir = aFolder();
    const first = aSpool(dir).spool;
    first.append('one');
    await drain(first);
    writeFileSync(join(dir, 'position'), '{"segm');
    expect(await drain(aSpool(dir).spool)).toEqual(['one']);
  });

  it('drops what is beyond its bound, and says so', async () => {
    const { spool, events } = aSpool(aFolder(), { maxBytes: 500 });
    for (const line of numbered(50)) {
      spool.append(line);
      spool.flush();
    }
    expect(events.length).toBe(45);
    expect(new Set(events)).toEqual(new Set(['line-dropped']));
    expect(await drain(spool)).toEqual(numbered(5));
  });

  it('tells what a full disk takes from it, and keeps what it has', async () => {
    const dir = aFolder();
    const { spool, events } = aSpool(dir);
    // nor can it note how far it is
    mkdirSync(join(dir, 'position'));
    symlinkSync('/dev/full', join(dir, '00000002.jsonl'));
    const much = numbered(50_000);
    for (const line of much) spool.append(line);
    spool.flush();
    spool.append('gone');
    spool.flush();
    expect(events).toEqual(['line-dropped']);

    rmSync(join(dir, '00000002.jsonl'));
    writeFileSync(join(dir, '00000002.jsonl'), '');
    expect(await drain(spool)).toEqual(much);
    expect(events).toContain('away');
  });
});
