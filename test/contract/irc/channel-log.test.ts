import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChannelLog } from '#adapters/irc/channel-log.ts';
import type { Overheard } from '#adapters/irc/overheard.ts';
import { aFolder } from '../../support/folders.ts';
import { until } from './world.ts';

const HOUR_MS = 3_600_000;
const AGES_MS = 1000 * 365 * 24 * HOUR_MS;

/** What was put away, and how often each; `isAway`: nothing can be. */
class Shelf {
  readonly objects = new Map<string, string>();
  writes = 0;
  isAway = false;

  async write(key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.isAway) throw new Error('S3 is away.');
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    this.objects.set(key, Buffer.concat(chunks).toString());
    this.writes += 1;
  }

  /** The texts of all lines. */
  get texts(): string[] {
    return [...this.objects.values()]
      .flatMap((body) => body.trimEnd().split('\n'))
      .map((line) => String((JSON.parse(line) as { content: unknown }).content));
  }
}

function aLog(over: { dir?: string; life?: string; everyMs?: number } = {}) {
  const shelf = new Shelf();
  const events: string[] = [];
  const options = { dir: aFolder(), life: 'one', everyMs: AGES_MS, ...over };
  const onEvent = (event: string): void => {
    events.push(event);
  };
  return {
    log: new ChannelLog({ ...options, objects: shelf, onEvent }),
    shelf,
    events,
    ...options,
  };
}

function said(text: string, over: Partial<Overheard> = {}): Overheard {
  return {
    channel: '#karmakadabra',
    sender: 'maria',
    text,
    kind: 'message',
    ts: new Date('2026-01-01T12:00:00Z'),
    msgid: undefined,
    hostmask: 'maria@home.example',
    account: undefined,
    ...over,
  };
}

describe('the log of what people say', () => {
  it('is put away by channel and period, with who said what when and nothing of where he sits', async () => {
    const { log, shelf } = aLog();
    log.add(said('one'));
    log.add(said('two', { channel: '#../Kk Ops', kind: 'action' }));
    await log.drain();
    const [first, second] = [...shelf.objects].toSorted();
    expect(first?.[0]).toMatch(
      /^kk-karma-hello\/logs\/irc\/_karmakadabra\/\d{4}-\d\d-\d\dT\d{6}-one\.jsonl$/,
    );
    expect(first?.[1]).toBe(
      '{"ts":"2026-01-01T12:00:00.000Z","sender":"maria","channel":"#karmakadabra","content":"one","kind":"message"}\n',
    );
    expect(second?.[0]).toContain('/irc/_kk_ops/');
    expect([...shelf.objects.values()].join('')).not.toContain('home.example');
  });

  it('is put away when its period is over, and begins another', async () => {
    const { log, shelf } = aLog({ everyMs: 1 });
    const end = new AbortController();
    const running = log.run(end.signal);
    log.add(said('one'));
    await until(() => shelf.texts.includes('one'));
    log.add(said('two'));
    await until(() => shelf.texts.includes('two'));
    expect(shelf.objects.size).toBe(2);
    end.abort();
    await running;
  });

  it('keeps what cannot be put away for its next life, and puts it away once', async () => {
    const { log, shelf, events, dir } = aLog();
    shelf.isAway = true;
    log.add(said('one'));
    await log.drain();
    expect(events).toEqual(['away']);
    shelf.isAway = false;

    const next = aLog({ dir, life: 'two' });
    next.log.add(said('two'));
    await Promise.all([next.log.drain(), next.log.drain()]);
    await next.log.drain();
    expect(next.shelf.texts.toSorted()).toEqual(['one', 'two']);
    expect(next.shelf.writes).toBe(2);
    expect(next.events).toEqual([]);
    expect(readdirSync(join(dir, '_karmakadabra'))).toEqual([]);
  });

  it('tells what a disk that takes nothing costs, and goes on', async () => {
    const { log, shelf, events, dir } = aLog();
    writeFileSync(join(dir, '_full'), 'a file where its folder should be');
    log.add(said('gone', { channel: '#full' }));
    log.add(said('kept'));
    mkdirSync(join(dir, 'strange.jsonl'));
    await log.drain();
    expect(events).toContain('line-dropped');
    log.add(said('kept, too', { channel: '#a' }));
    await log.drain();
    expect(shelf.texts.toSorted()).toEqual(['kept', 'kept, too']);
  });
});
