import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aFolder } from '../support/folders.ts';
import { agent, collectAll, house, messagesOf, upload } from '../unit/logs/house.ts';
import { aBucket } from './bucket.ts';
import { type Ended, run, sentences, start } from './viva.ts';

let bucket: Awaited<ReturnType<typeof aBucket>>;
let dir = '';
let prefix = '';

beforeAll(async () => {
  bucket = await aBucket();
  Object.assign(process.env, bucket.environment);
});
afterAll(() => bucket.close());
beforeEach(() => {
  dir = aFolder();
  prefix = `${dir.slice(-6)}/`;
  bucket.sent.length = 0;
});

const file = (name: string) => join(dir, name);
const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(file(name)), { recursive: true });
  writeFileSync(file(name), content);
};
const args = (what: string, ...more: string[]) => [
  ...['logs', what, dir, '--bucket', 'data', '--prefix', prefix],
  ...more,
];
const viva = (what: string, ...more: string[]) => run('viva.ts', args(what, '--json', ...more));
const resultIn = ({ stdout }: Ended): unknown => JSON.parse(stdout);

let second = 0;
/** A line that is like no other. */
function line(text: string): string {
  second += 1;
  const two = (n: number) => String(n).padStart(2, '0');
  return `[2/8/2005 1:${two(Math.floor(second / 60))}:${two(second % 60)} AM] ada: ${text}\n`;
}

/** What is stored under the prefix, by name. */
async function stored(): Promise<Map<string, Uint8Array>> {
  const root = `${agent}/logs/${prefix}`;
  const all = new Map<string, Uint8Array>();
  for await (const { key } of bucket.objects.list(root))
    all.set(
      key.slice(root.length),
      (await bucket.objects.read(key, 64_000_000)) ?? new Uint8Array(),
    );
  return all;
}

/** What the engine makes of all that is stored. */
async function corpus(): Promise<string[]> {
  const services = house();
  const events = [...(await stored())].map(([name, bytes]) => ({
    ...upload(services, name, bytes),
    size: bytes.length,
  }));
  await collectAll(services, [events]);
  return (await messagesOf(services)).map(({ text }) => text);
}

describe('viva logs upload', () => {
  it('says what it would send, sends what it can, and sends nothing the second time', async () => {
    const long = Array.from({ length: 5 }, () => 'x'.repeat(240)).join('/');
    write('20050208/full.txt', line('a'));
    write('con espacio/ñandú 🔥 + & %20?.json', '{"messages":[]}');
    write('.git/config', 'no log');
    write('empty.txt', '');
    write(`${long}/full.txt`, line('b'));
    symlinkSync('/nowhere', file('link'));

    expect(resultIn(await viva('upload', '--dry-run'))).toMatchObject({ uploaded: 3, failed: 1 });
    expect(bucket.sent).toEqual([]);
    const shown = await run('viva.ts', args('upload'));
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(
      /^3 of 4 files uploaded \(\d+ bytes\); 1 not uploaded, see above\.\n$/,
    );
    expect(shown.stderr).toMatch(/^passed over: link /m);
    expect(shown.stderr).toMatch(/^not uploaded: .*1,024 bytes/m);
    expect([...(await stored()).keys()]).toEqual([
      '20050208/full.txt',
      'con espacio/ñandú 🔥 + & %20?.json',
      'empty.txt',
    ]);
    expect(bucket.sent).toHaveLength(3);
    expect(resultIn(await viva('upload'))).toMatchObject({ files: 4, uploaded: 0, bytes: 0 });
    expect(bucket.sent).toHaveLength(3);
  });

  it('goes on within a large file after SIGKILL', async () => {
    const content = Buffer.alloc(20_000_000, line('palabra'));
    write('full.txt', content);
    const stuck = bucket.stuckAfterParts(2);
    const victim = start('viva.ts', args('upload'));
    await stuck;
    victim.signal('SIGKILL');
    await victim.ended;
    bucket.freed();
    expect(await stored()).toEqual(new Map());

    expect(resultIn(await viva('upload'))).toMatchObject({ uploaded: 1, kept: 2 * 8_388_608 });
    expect(Buffer.compare((await stored()).get('full.txt') ?? content.subarray(1), content)).toBe(
      0,
    );
    const parts = bucket.sent.flatMap((path) => /partNumber=(\d+)/.exec(path)?.[1] ?? []);
    expect(parts).toEqual(['1', '2', '3']);
  });

  it.each([
    {
      fault: 'a bucket that is not there',
      environment: {},
      name: 'missing',
      words: /does not exist/,
    },
    {
      fault: 'no region',
      environment: { AWS_REGION: '' },
      name: 'data',
      words: /set AWS_REGION/,
    },
  ])('says of $fault what to do', async ({ environment, name, words }) => {
    write('full.txt', line('a'));
    Object.assign(process.env, environment);
    const ended = await run('viva.ts', ['logs', 'upload', dir, '--bucket', name]);
    Object.assign(process.env, bucket.environment);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(sentences(ended)).toEqual([expect.stringMatching(words)]);
  });
});

describe('viva logs sync', () => {
  it('stores exactly the lines, over rotation, copy-truncation and a torn line', async () => {
    write('full.txt', `${line('a')}${line('b')}[2/8/2005 3:00:00 AM] ada: to`);
    write('other.txt', line('c'));
    await viva('sync');
    expect(await corpus()).toEqual(['a', 'b', 'c']);

    appendFileSync(file('full.txt'), 'rn\n');
    renameSync(file('full.txt'), file('full.txt.1'));
    write('full.txt', line('d'));
    appendFileSync(file('other.txt'), line('e'));
    copyFileSync(file('other.txt'), file('other.txt.1'));
    truncateSync(file('other.txt'), 0);
    appendFileSync(file('other.txt'), line('f'));
    await viva('sync');
    expect(resultIn(await viva('sync'))).toMatchObject({ bytes: 0, failed: 0 });
    expect((await corpus()).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'torn']);
  });
});

describe('two viva logs watch and a bulk upload', () => {
  it('lose nothing and double nothing, though one is killed', async () => {
    const said: string[] = [];
    const say = (name: string) => {
      const text = `m${said.length}`;
      const times = said.length % 9 === 0 ? 3 : 1;
      said.push(...Array.from({ length: times }, () => text));
      const bytes = line(text).repeat(times);
      appendFileSync(file(name), bytes.slice(0, 30));
      appendFileSync(file(name), bytes.slice(30));
    };
    say('full.txt');
    const watch = (state: string) =>
      start('viva.ts', args('watch', '--every', '0.05', '--state', join(aFolder(), state)));
    const [one, two] = [watch('one'), watch('two')];
    await Promise.all([one.said('Watching'), two.said('Watching')]);
    const bulk = viva('upload');
    for (let n = 0; n < 200; n += 1) {
      say('full.txt');
      if (n === 60) renameSync(file('full.txt'), file('full.txt.1'));
      if (n === 100) one.signal('SIGKILL');
      if (n % 10 === 0) await sleep(15);
    }
    expect((await bulk).code).toBe(0);
    await viva('upload');
    two.signal('SIGINT');
    expect(await two.ended).toMatchObject({ code: 0 });
    expect((await corpus()).sort()).toEqual(said.sort());
  });
});
