import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { AgentId } from '#contract/ids.ts';
import { collectLogs } from '../../../functions/collect-logs/collect-logs.lambda.ts';
import type { Services } from '../../../functions/collect-logs/wiring.ts';
import { dice } from '../../../scripts/local/economy/synthetic-chat.ts';
import { logFilesIn } from '../../../scripts/local/economy/uploads.ts';
import { syncFiles } from '../../../scripts/viva/logs/sync.ts';
import { heldBy, readSyncState, writeSyncState } from '../../../scripts/viva/logs/sync-state.ts';
import { eTagOf, uploadFiles } from '../../../scripts/viva/logs/uploader.ts';
import { sqsEvent, startCollection } from './collection.ts';

let house: Awaited<ReturnType<typeof startCollection>>;
let services: Services;
let agent = AgentId.parse('kk-karma-hello');
let dir = '';
let taken = 0;
let tests = 0;

beforeAll(async () => {
  house = await startCollection();
});
afterAll(() => house.close());
beforeEach(async () => {
  tests += 1;
  agent = AgentId.parse(`kk-sync-${tests}`);
  await house.newTable(`sync-${tests}`);
  services = house.servicesOn(`sync-${tests}`);
  taken = house.events.length;
  dir = mkdtempSync(join(tmpdir(), 'viva-sync-'));
  return () => {
    rmSync(dir, { recursive: true, force: true });
  };
});

const target = () => ({ objects: house.objects, agent });
const file = (name: string) => join(dir, name);
let clock = 0;
/** A line that is like no other. */
const line = (text: string): string => {
  clock += 1;
  const [minute, second] = [Math.floor(clock / 60) % 60, clock % 60].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `[2/8/2005 ${1 + Math.floor(clock / 3600)}:${minute}:${second} AM] ada: ${text}\n`;
};

async function sync(state = file('.state')): Promise<number> {
  const known = await heldBy(target(), await readSyncState(state));
  return syncFiles(await logFilesIn(dir), {
    target: target(),
    state: known,
    save: () => writeSyncState(state, known),
  });
}

async function collect(): Promise<string[]> {
  const events = house.events.slice(taken).filter(({ key }) => key.startsWith(`${agent}/logs/`));
  taken = house.events.length;
  const notices = events.map(({ key, eTag, size }, n) => ({
    key,
    eTag: eTag.replaceAll('"', ''),
    size,
    sequence: taken + n,
  }));
  for (let at = 0; at < notices.length; at += 10)
    expect(await collectLogs(sqsEvent(notices.slice(at, at + 10)), services)).toEqual({
      batchItemFailures: [],
    });
  const corpus = new S3Corpus(services);
  const pointer = await corpus.pointer(agent);
  return pointer === undefined
    ? []
    : (await Array.fromAsync(corpus.messages(pointer))).map(({ text }) => text);
}

describe('a folder that is synced', () => {
  it('stores what was appended, whole lines only, and nothing twice', async () => {
    writeFileSync(file('full.txt'), `${line('a')}${line('b')}[2/8/2005 9:00:00 AM] bob: to`);
    await sync();
    expect(await collect()).toEqual(['a', 'b']);
    expect(await sync()).toBe(0);
    appendFileSync(file('full.txt'), 'rn\n');
    await sync();
    expect(await collect()).toEqual(['a', 'b', 'torn']);
  });

  it('finishes a log that was renamed away, and begins the new one', async () => {
    writeFileSync(file('full.txt'), line('a'));
    await sync();
    appendFileSync(file('full.txt'), line('b'));
    renameSync(file('full.txt'), file('full.txt.1'));
    writeFileSync(file('full.txt'), line('c'));
    await sync();
    expect(await collect()).toEqual(['a', 'b', 'c']);
    const sources = await Array.fromAsync(services.pointers.sources(agent));
    expect(sources.map(({ source }) => source.replace(/@.*/, ''))).toEqual([
      'full.txt/',
      'full.txt/',
    ]);
  });

  it('finishes a log that was copied and truncated, whatever size it has reached again', async () => {
    writeFileSync(file('full.txt'), line('a'));
    await sync();
    appendFileSync(file('full.txt'), line('b'));
    copyFileSync(file('full.txt'), file('full.txt.1'));
    truncateSync(file('full.txt'), 0);
    appendFileSync(file('full.txt'), line('c') + line('d') + line('e') + line('f'));
    await sync();
    expect(await collect()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('takes a rewritten file with the same first line for another life of it', async () => {
    const first = line('a');
    writeFileSync(file('full.txt'), first + line('b'));
    await sync();
    writeFileSync(file('full.txt'), first + line('x') + line('y') + line('z'));
    await sync();
    appendFileSync(file('full.txt'), line('more'));
    await sync();
    expect(await collect()).toEqual(['a', 'b', 'x', 'y', 'z', 'more']);
  });

  it('takes a last line without an end for whole when the file is still', async () => {
    writeFileSync(file('full.txt'), `${line('a')}${line('b').trimEnd()}`);
    writeFileSync(file('one.txt'), line('c').trimEnd());
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of ['full.txt', 'one.txt']) utimesSync(file(name), anHourAgo, anHourAgo);
    await sync();
    expect(await collect()).toEqual(['a', 'b', 'c']);
    expect(await sync()).toBe(0);
    appendFileSync(file('full.txt'), '!\n');
    appendFileSync(file('one.txt'), `!\n${line('d')}`);
    await sync();
    expect(await collect()).toEqual(['a', 'b!', 'c!', 'd']);
  });

  it('stores all of it again where the bucket has lost it', async () => {
    writeFileSync(file('full.txt'), line('a'));
    writeFileSync(file('day.json'), '{"messages":[]}');
    await sync();
    const root = `${agent}/logs/`;
    const keys = async () =>
      (await Array.fromAsync(house.objects.list(root))).map(({ key }) => key);
    const before = await keys();
    await house.objects.remove(before);
    expect(await sync()).toBeGreaterThan(0);
    expect(await keys()).toEqual(before);
    expect(before).toHaveLength(2);
  });

  it('keeps logs of equal beginning apart', async () => {
    writeFileSync(file('2005-02-08.txt'), '[10:00] <bot> daily\n');
    writeFileSync(file('2005-02-09.txt'), '[10:00] <bot> daily\n');
    await sync();
    expect(await collect()).toEqual(['daily', 'daily']);
  });

  it('loses nothing and doubles nothing with two watchers and a bulk upload at once', async () => {
    const roll = dice(7);
    const said: string[] = [];
    const burst: string[] = [];
    const write = (name: string): void => {
      const text = `m${said.length}`;
      // a burst of equal lines in one second is what copies could be mistaken for
      const one = line(text);
      const times = roll() < 0.1 ? 3 : 1;
      for (let n = 0; n < times; n += 1) said.push(text);
      const bytes = one.repeat(times);
      const cut = Math.floor(roll() * bytes.length);
      appendFileSync(file(name), bytes.slice(0, cut));
      burst.push(bytes.slice(cut));
      appendFileSync(file(name), burst.pop() ?? '');
    };
    write('full.txt');
    let isWriting = true;
    const watcher = async (state: string): Promise<void> => {
      while (isWriting) await sync(state);
      await sync(state);
    };
    const bulk = async (): Promise<void> => {
      while (isWriting) await uploadFiles(await logFilesIn(dir), { target: target() });
    };
    const writer = async (): Promise<void> => {
      for (let n = 0; n < 400; n += 1) {
        write('full.txt');
        if (n % 8 === 0) await new Promise((done) => setTimeout(done, 2));
      }
      isWriting = false;
    };
    await Promise.all([
      writer(),
      watcher(file('.one')),
      watcher(file('.two')),
      watcher(file('.two')),
      bulk(),
    ]);
    expect((await collect()).sort()).toEqual(said.sort());
  });
});

describe('a bulk upload', () => {
  it('goes on where it was interrupted, says what it would do, and knows large files by their ETag', async () => {
    writeFileSync(file('a.txt'), 'a');
    writeFileSync(file('large.txt'), Buffer.alloc(20_000_000, 'x\n'));
    const files = await logFilesIn(dir);
    const names = async (isDry: boolean): Promise<string[]> =>
      (await uploadFiles(files, { target: target(), isDry }))
        .filter(({ isNew }) => isNew)
        .map(({ source }) => source);
    expect((await names(true)).sort()).toEqual(['a.txt', 'large.txt']);
    expect(await Array.fromAsync(house.objects.list(`${agent}/`))).toEqual([]);
    expect((await names(false)).sort()).toEqual(['a.txt', 'large.txt']);
    const head = await house.objects.head(`${agent}/logs/large.txt`);
    expect(head).toMatchObject({ size: 20_000_000, eTag: await eTagOf(file('large.txt')) });
    expect(head?.eTag).toMatch(/-3$/);
    expect(await names(false)).toEqual([]);
    writeFileSync(file('a.txt'), 'b');
    expect(await names(false)).toEqual(['a.txt']);
    expect(readFileSync(file('a.txt'), 'utf8')).toBe('b');
  });
});
