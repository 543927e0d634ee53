import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseUsdc } from '#contract/money.ts';
import { freePortBase } from '../../scripts/chaos/free-ports.ts';
import { NICKS, syntheticDay } from '../../scripts/local/economy/synthetic-chat.ts';
import { aFolder } from '../support/folders.ts';
import { EIGHT, type Ended, type Report, reportIn, run, sentences, trades } from './viva.ts';

const WALLETS_AT_FIRST = 7n * 5_000_000n;
const once = ['up', '--once', '--json', '--beat', '1'];

const REAL = fileURLToPath(new URL('../../../shared/data/ubuntu-irc', import.meta.url));
const isReal = existsSync(REAL);
if (!isReal)
  process.stderr.write(
    `SKIPPED: the proof on real IRC logs, in favour of synthetic ones: ${REAL} is absent\n`,
  );

/** The first of them: all 153 would take most of this suite's time, and are collected whole in collect-logs.test.ts. */
const SOME = 12;
const someReal = () => (isReal ? readdirSync(REAL).toSorted().slice(0, SOME) : []);

describe(`npm start -- --once --json, killed twice, on ${isReal ? 'real IRC logs' : 'synthetic logs'}`, () => {
  const kept = aFolder();
  const dir = join(kept, 'round-1');
  const logs = aFolder();
  for (const file of someReal()) cpSync(join(REAL, file), join(logs, file));
  const files = isReal ? SOME : 14;
  let first: Report;
  let told: string;

  it('settles the eight deals, none paid twice, leaves no orphan, and says so in one JSON object', async () => {
    const flags = ['--kills', '2', '--seed', '3', '--dir', kept, '--json'];
    const given = isReal ? ['--logs', logs] : [];
    const chaos = await run('chaos.ts', ['economy', ...flags, ...given]);
    expect(JSON.parse(chaos.stdout)).toEqual({
      ...{ kills: 2, rounds: 1, ok: true, deals: 8, paidTwice: 0, orphans: 0 },
      violations: [],
    });
    expect(chaos.code).toBe(0);

    const [stdout, stderr] = [
      readFileSync(`${dir}.json`, 'utf8'),
      readFileSync(`${dir}.log`, 'utf8'),
    ];
    first = reportIn({ stdout });
    told = stdout + stderr;
    expect(first).toMatchObject({ ok: true, errors: [] });
    expect(trades(first)).toEqual(EIGHT);
    expect(first.corpus).toMatchObject({ files, quarantined: 0 });
    if (isReal) expect(first.corpus.messages).toBeGreaterThan(5_000);
    else expect(first.corpus).toMatchObject({ days: 14, users: 20 });
    expect(stderr.includes('synthetic')).toBe(!isReal);
  });

  it('keeps every room below 256 MB', () => {
    for (const [room, peakMb] of Object.entries(first.memory.roomPeakMb))
      expect(peakMb, room).toBeLessThan(256);
  });

  it('names nobody of the logs in any line of any log, nor a private key', () => {
    const folder = join(dir, 'cloud', 'logs');
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(9);
    const logs = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    expect(logs).toContain('kk-karma-hello');
    const words = new Set(`${logs}\n${told}`.toLowerCase().split(/[^\p{L}\p{N}_-]+/u));
    expect(names().filter((nick) => words.has(nick))).toEqual([]);
    const secrets = readFileSync(join(dir, 'cloud', 'secrets.json'), 'utf8');
    const keys = secrets.match(/0x[0-9a-f]{64}/gi) ?? [];
    expect(keys.length).toBeGreaterThan(6);
    expect(keys.filter((key) => logs.toLowerCase().includes(key.slice(2).toLowerCase()))).toEqual(
      [],
    );
  });

  it('tells in every line of a deal which deal, and what was done of it in which beat', () => {
    const told = linesIn(join(dir, 'cloud', 'logs'));
    const ids = first.deals.map(({ taskId }) => taskId);
    const effects = told.filter(({ message }) => message === 'intent');
    const named = [...effects, ...told.filter(({ service }) => service === 'market')].filter(
      (line) => ids.some((id) => JSON.stringify(line).includes(id)),
    );
    for (const line of named) expect(ids, JSON.stringify(line)).toContain(line['dealId']);
    for (const { taskId, buyer, seller } of first.deals) {
      const its = effects.filter(({ dealId }) => dealId === taskId);
      // and the validator's, of an audited one
      expect(its.map(({ agentId }) => agentId)).toEqual(expect.arrayContaining([buyer, seller]));
      for (const line of its) expect(line['beatId']).toMatch(/\S/);
      expect(named.some(({ service, dealId }) => service === 'market' && dealId === taskId)).toBe(
        true,
      );
    }
  });

  it('pays every bounty 87 to 13, once, and books it', () => {
    const { deals, balances, ledger } = first;
    for (const { bountyUsdc, feeUsdc } of deals)
      expect(micro(feeUsdc) * 100n).toBe(micro(bountyUsdc) * 13n);
    expect(new Set(deals.map(({ releaseTx }) => releaseTx)).size).toBe(8);
    expect(new Set(deals.map(({ escrowTx }) => escrowTx)).size).toBe(8);
    expect(Object.keys(balances)).toHaveLength(7);
    for (const { chain, ledger: booked } of Object.values(balances)) expect(booked).toBe(chain);
    const held = Object.values(balances).reduce((sum, { chain }) => sum + micro(chain), 0n);
    const fees = deals.reduce((sum, { feeUsdc }) => sum + micro(feeUsdc), 0n);
    expect(held + fees).toBe(WALLETS_AT_FIRST);
    // deals of five cents and more are paid on a verdict, and one in ten of the rest
    const audits = Number((micro(balances['kk-validator']!.chain) - 5_000_000n) / 1_000n);
    expect(audits).toBeGreaterThanOrEqual(3);
    // seven openings, of each deal the lock, the purchase and the income, and both sides of each verdict
    expect(ledger).toEqual({ entries: 31 + 2 * audits, sum: '0' });
    expect(first.irc.lines).toBe(Object.values(first.irc.byAgent).reduce((a, b) => a + b, 0));
    expect(first.irc.lines).toBeGreaterThanOrEqual(8);
  });

  it('delivers to every buyer of a product the very same records', () => {
    for (const { product, sha256, records } of first.deals) {
      const same = first.deals.filter((deal) => deal.product === product);
      expect(new Set(same.map((deal) => deal.sha256))).toEqual(new Set([sha256]));
      expect(new Set(same.map((deal) => deal.records))).toEqual(new Set([records]));
    }
  });

  it('finds the same eight deals again without --fresh, whatever broken files come on top', async () => {
    if (!isReal) for (let day = 0; day < 14; day += 1) writeDay(logs, day);
    writeFileSync(join(logs, 'notes.txt'), 'no log at all\n');
    const at = ['--dir', dir, '--port-base', String(await freePortBase())];
    const ended = await run('viva.ts', [...once, ...at, '--logs', logs]);
    const again = reportIn(ended);
    expect(again.errors).toEqual([]);
    expect(again.corpus).toEqual({ ...first.corpus, files: files + 1, quarantined: 1 });
    expect(again.deals).toEqual(first.deals);
    expect(again.balances).toEqual(first.balances);
    expect(ended.code).toBe(0);
  });
});

describe('bad input gets one sentence and a non-zero exit', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['a log folder that is not there', ['--logs', '/nowhere/at/all'], /cannot be read.*ENOENT/],
    ['a log folder that is a file', ['--logs', import.meta.filename], /cannot be read.*ENOTDIR/],
    ['a log folder with nothing in it', ['--logs', aFolder()], /holds no file/],
    [
      'a state folder below a file',
      ['--dir', join(import.meta.filename, 'state')],
      /choose another/,
    ],
    ['a state folder that is a file', ['--dir', import.meta.filename], /choose another/],
    [
      'a state folder that is a file, with logs',
      ['--dir', import.meta.filename, '--logs', import.meta.dirname],
      /is not a folder: choose another/,
    ],
    ['no time between beats', ['--beat', '0'], /give seconds above 0/],
  ])('%s', async (_what, flags, words) => {
    refused(await run('viva.ts', ['up', '--once', '--json', '--dir', aFolder(), ...flags]), words);
  });

  it('--json without --once', async () => {
    refused(await run('viva.ts', ['up', '--json', '--dir', aFolder()]), /add --once/);
  });

  it.each([
    [['up', '--onec'], /unknown option '--onec'/],
    [['up', '--seed', 'x'], /x should be a whole number/],
    [['upp'], /unknown command 'upp'/],
  ])('a wrong flag: viva %s', async (args, words) => {
    const ended = await run('viva.ts', args);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toContain('    at ');
  });

  it('a port in use', async () => {
    const base = await freePortBase();
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(base + 8, '127.0.0.1', done));
    const flags = ['--dir', join(aFolder(), 'state'), '--port-base', String(base)];
    refused(await run('viva.ts', [...once, ...flags]), new RegExp(`Port ${base + 8} .*in use`));
    squatter.close();
  });

  it('logs of which nothing can be read', async () => {
    const logs = aFolder();
    const broken = { 'chat_logs_20260105.json': 'no json', 'chat_logs_20260106.json': '' };
    for (const [name, text] of Object.entries(broken)) writeFileSync(join(logs, name), text);
    writeFileSync(join(logs, '2026-02-30.txt'), '[10:00] <ana> hola\n');
    writeFileSync(join(logs, syntheticDay(7, 7).name), syntheticDay(7, 7).text.slice(0, 5_000));
    const flags = ['--dir', join(aFolder(), 'state'), '--port-base', String(await freePortBase())];
    const ended = await run('viva.ts', [...once, ...flags, '--logs', logs]);
    refused(ended, /The logs hold \d+ messages, but nobody buys fewer than 1000/);
    for (const name of [...Object.keys(broken), '2026-02-30.txt'])
      expect(ended.stderr).toContain(`quarantined ${name}: `);
  });
});

/** Lines of JSON of every function's log; what a killed process did not finish is not one. */
function linesIn(folder: string): readonly Readonly<Record<string, unknown>>[] {
  return readdirSync(folder)
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Of people in the logs: of the real ones, those that can be no English word. */
function names(): readonly string[] {
  if (!isReal) return NICKS;
  const texts = someReal().map((file) => readFileSync(join(REAL, file), 'utf8'));
  const all = texts.flatMap((text) =>
    [...text.matchAll(/<([\w-]{6,})>/g)].map(([, nick = '']) => nick),
  );
  const found = [...new Set(all)].filter((nick) => /[a-z].*\d|_/i.test(nick));
  expect(found.length).toBeGreaterThan(100);
  return found.map((nick) => nick.toLowerCase());
}

/** Progress may come before it; the last line is the sentence, and no stack follows it. */
function refused(ended: Ended, words: RegExp): void {
  expect(sentences(ended).at(-1)).toMatch(words);
  expect(ended.stderr).not.toContain('    at ');
  expect(ended.stdout).toBe('');
  expect(ended.code).toBe(1);
}

function micro(text: string): bigint {
  return parseUsdc(text)!;
}

function writeDay(folder: string, day: number): void {
  const { name, text } = syntheticDay(day, 7);
  writeFileSync(join(folder, name), text);
}
