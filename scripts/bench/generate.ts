import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from './dice.ts';

export const MESSAGES = 439_129;
const FILES = 328;
const USERS = 834;
const FIRST_DAY = Date.UTC(2024, 5, 1);
const DAY = 86_400_000;
const VERSION = 1;

const WORDS =
  'que mas parce ya viste el nuevo bot esta noche vamos a hablar de contratos inteligentes y agentes autonomos con solidity rust python bueno mañana seguimos jajaja gracias por venir hola buenas señor ¿cómo están? qué chimba eso sí listo pues dale hágale'.split(
    ' ',
  );
const ENGLISH =
  'the agent pays another agent with usdc on base and the escrow settles when the work is approved so nobody has to trust anyone here is the link to docs please check it out thanks for the stream see you tomorrow lol nice gm wagmi'.split(
    ' ',
  );
const SPICE = [
  '😀',
  '🚀🚀',
  'KEKW',
  'LUL',
  '"quoted"',
  'back\\slash',
  'https://ejemplo.co/a?b=1',
  '\t',
  '¡épico!',
  '❤️',
];

interface Said {
  /** Milliseconds. */
  at: number;
  user: string;
  message: string;
}

/** 328 day files and 439,129 messages per stream, `size` streams; made once and kept under the system's temporary folder. */
export function dataSet(size: number): string {
  const folder = join(tmpdir(), `economia-viva-bench-v${VERSION}`, `${size}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  for (let stream = 0; stream < size; stream += 1) writeStream(part, stream);
  renameSync(part, folder);
  return folder;
}

function writeStream(folder: string, stream: number): void {
  const dice = new Dice(stream + 1);
  const counts = fileCounts(dice);
  const users = Array.from({ length: USERS }, (_, user) => `${name(dice)}_${stream}_${user}`);
  const earlier: Said[][] = [];
  const out = join(folder, `stream-${String(stream).padStart(2, '0')}`);
  mkdirSync(out, { recursive: true });
  counts.forEach((count, day) => {
    const said = withCopies(session({ dice, users, day, count }), earlier, dice);
    earlier.push(said);
    const date = new Date(FIRST_DAY + day * DAY).toISOString().slice(0, 10);
    writeWhole(join(out, `chat_logs_${date.replaceAll('-', '')}.json`), document(said, date));
  });
}

/** Lognormal sizes of days that add up to MESSAGES. */
function fileCounts(dice: Dice): number[] {
  const weights = Array.from({ length: FILES }, () => Math.exp(0.5 * dice.normal()));
  const sum = weights.reduce((a, b) => a + b, 0);
  const counts = weights.map((weight) => Math.max(60, Math.floor((weight / sum) * MESSAGES)));
  counts[0] = (counts[0] ?? 0) + MESSAGES - counts.reduce((a, b) => a + b, 0);
  return counts;
}

interface Session {
  readonly dice: Dice;
  readonly users: readonly string[];
  readonly day: number;
  readonly count: number;
}

/** Two to five and a half hours of an evening, some past midnight; 0.5 % a little out of order. */
export function session({ dice, users, day, count }: Session): Said[] {
  const start = FIRST_DAY + day * DAY + Math.floor((17 + dice.next() * 4) * 3_600_000);
  const length = (2 + dice.next() * 3.5) * 3_600_000;
  return Array.from({ length: count }, (_, index) => {
    const late = dice.next() < 0.005 ? 40_000 * dice.next() : 0;
    const user = users[Math.floor(users.length * dice.next() ** 3)] ?? '';
    return { at: start + (length * index) / count - late, user, message: sentence(dice) };
  });
}

/** 2.2 % of the file are copies of the day before, 0.6 % of a day long ago, 0.2 % of itself: the file stays as large. */
function withCopies(said: Said[], earlier: readonly Said[][], dice: Dice): Said[] {
  const yesterday = earlier.at(-1) ?? [];
  const old = earlier.at(-35 - Math.floor(dice.next() * 60)) ?? [];
  const tail = yesterday.slice(yesterday.length - Math.floor(said.length * 0.022));
  const few = old.slice(0, Math.floor(said.length * 0.006));
  const own = said.slice(0, Math.floor(said.length * 0.002));
  const copies = [...tail, ...few, ...own];
  return [...copies, ...said.slice(0, said.length - copies.length)];
}

function sentence(dice: Dice): string {
  const words = dice.next() < 0.72 ? WORDS : ENGLISH;
  const count = 1 + Math.floor(dice.next() ** 2 * 18);
  const text = Array.from({ length: count }, () => words[Math.floor(dice.next() * words.length)]);
  if (dice.next() < 0.25) text.push(SPICE[Math.floor(dice.next() * SPICE.length)]);
  return text.join(' ');
}

function name(dice: Dice): string {
  return Array.from({ length: 6 }, () =>
    String.fromCharCode(97 + Math.floor(dice.next() * 26)),
  ).join('');
}

function document(said: readonly Said[], date: string): string {
  const messages = said.map(({ at, user, message }) => ({
    timestamp: `${new Date(at).toISOString().slice(0, 19)}Z`,
    user,
    message,
  }));
  const head = { stream_id: `stream_${date.replaceAll('-', '')}_001`, stream_date: date };
  const counts = {
    total_messages: said.length,
    unique_users: new Set(said.map(({ user }) => user)).size,
  };
  const metadata = { collection_method: 'twitch_irc', format_version: '1.0' };
  return JSON.stringify({ ...head, ...counts, messages, metadata }, null, 2);
}

function writeWhole(path: string, text: string): void {
  const file = openSync(path, 'w');
  writeSync(file, text);
  closeSync(file);
}

const GIANTS = {
  json: { seed: 77, days: 290, name: 'one-array.json' },
  txt: { seed: 78, days: 620, name: 'full.txt' },
} as const;
const PER_DAY = 20_000;

/** One JSON array of about 800 MB, or one full.txt of about 1 GB. */
export function giant(kind: 'json' | 'txt'): { folder: string; messages: number } {
  const { seed, days, name: file } = GIANTS[kind];
  const messages = days * PER_DAY;
  const folder = join(tmpdir(), `economia-viva-bench-v${VERSION}`, `giant-${kind}`);
  const path = join(folder, file);
  if (existsSync(path)) return { folder, messages };
  mkdirSync(folder, { recursive: true });
  const dice = new Dice(seed);
  const users = Array.from({ length: 5000 }, (_, user) => `${name(dice)}_${user}`);
  const handle = openSync(`${path}.part`, 'w');
  if (kind === 'json') writeSync(handle, '[');
  for (let day = 0; day < days; day += 1) {
    const said = session({ dice, users, day, count: PER_DAY });
    writeSync(handle, kind === 'json' ? array(said, day === 0) : lines(said));
  }
  if (kind === 'json') writeSync(handle, ']');
  closeSync(handle);
  renameSync(`${path}.part`, path);
  return { folder, messages };
}

function array(said: readonly Said[], isFirst: boolean): string {
  const text = said.map(({ at, user, message }) =>
    JSON.stringify(
      { timestamp: `${new Date(at).toISOString().slice(0, 19)}Z`, user, message },
      null,
      2,
    ),
  );
  return `${isFirst ? '\n' : ',\n'}${text.join(',\n')}`;
}

function lines(said: readonly Said[]): string {
  return said
    .map(({ at, user, message }) => `[${twelve(new Date(at))}] ${user}: ${message}\n`)
    .join('');
}

function twelve(date: Date): string {
  const hour = date.getUTCHours();
  const time = [date.getUTCMinutes(), date.getUTCSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  return `${day} ${hour % 12 === 0 ? 12 : hour % 12}:${time.join(':')} ${hour < 12 ? 'AM' : 'PM'}`;
}
