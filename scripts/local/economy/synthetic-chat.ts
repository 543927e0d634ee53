import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../cloud/cannot-start.ts';
import { isFolder } from './uploads.ts';

/** Days of chat that a fresh economy starts with. */
export const FIRST_DAYS = 14;
const FIRST_DAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

/** Who speaks in it. */
export const NICKS = [
  'lu_cripto',
  'donpacho',
  'sol_dev',
  'maracuya',
  'byte_paisa',
  'ana_solidity',
  'elparce',
  'nando',
  'vale_ui',
  'dr_gas',
  'tuki',
  'mochila',
  'kaffa',
  'rafa_ops',
  'luna',
  'chigüiro',
  'zoe',
  'hodler84',
  'marce',
  'pipe',
];
const GREETINGS = [
  'gm',
  'gm gm',
  'hola parce',
  'buenas',
  'hello everyone',
  'qué más',
  'hey chat',
  'buenas tardes',
];
const TOPICS: readonly (readonly [string, string])[] = [
  [
    'estoy aprendiendo solidity, desplegué mi primer contrato en testnet',
    'just deployed my first solidity contract on testnet',
  ],
  ['en python con pandas eso sale en tres líneas', 'with python and pandas that is three lines'],
  ['mi agente usa un llm para resumir el chat', 'my agent uses an llm to summarize the chat'],
  ['el yield de ese pool de liquidity bajó mucho', 'that liquidity pool yield dropped a lot'],
  [
    'hice el deploy con terraform y docker, quedó fino',
    'deployed it with terraform and docker, smooth',
  ],
  ['votemos la propuesta de la dao hoy', 'let us vote the dao proposal today'],
  ['en figma ya está el diseño del dashboard', 'the dashboard design is ready in figma'],
  ['react y typescript para el front, sin duda', 'react and typescript for the frontend, no doubt'],
  ['el rsi está bajo, yo espero antes de hacer trading', 'rsi is low, I would wait before trading'],
  ['ese nft lo hice mint gratis', 'minted that nft for free'],
];
const SMALL_TALK = [
  'jajaja',
  'lol',
  'wagmi',
  'parce qué nota',
  'de una',
  'totally',
  'gracias!',
  'thanks a lot',
  'qué chimba',
  'no entendí, ¿puedes repetir?',
  'can you share the link?',
  '¿a qué hora es el stream?',
  'hodl',
  'let’s go',
  '🔥🔥',
  'listo, gracias por la ayuda',
];

/** Mulberry32: a small seeded generator, so that the same seed writes the same chat. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One day of a made-up bilingual stream chat as `chat_logs_YYYYMMDD.json` (format B of the facts). Everybody in it is invented.
 * `day` counts from 5 January 2026; the same seed and day give the same bytes.
 */
export function syntheticDay(
  day: number,
  seed: number,
): { readonly name: string; readonly text: string } {
  const roll = dice(seed * 1000 + day);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(roll() ** 1.5 * items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  };
  const date = new Date(FIRST_DAY + day * DAY_MS);
  let at = date.getTime() + 18 * 3_600_000;
  const messages = Array.from({ length: 220 + Math.floor(roll() * 160) }, () => {
    at += 1000 * (1 + Math.floor(roll() * 45));
    const user = pick(NICKS);
    const kind = roll();
    const topic = pick(TOPICS)[roll() < 0.65 ? 0 : 1];
    const text =
      kind < 0.12
        ? pick(GREETINGS)
        : kind < 0.5
          ? topic
          : kind < 0.62
            ? `@${pick(NICKS)} ${topic}`
            : pick(SMALL_TALK);
    return { timestamp: new Date(at).toISOString().replace('.000Z', 'Z'), user, message: text };
  });
  const stamp = date.toISOString().slice(0, 10).replaceAll('-', '');
  const document = {
    stream_id: `stream_${stamp}_001`,
    stream_date: date.toISOString().slice(0, 10),
    stream_title: 'Synthetic stream: every person and message is made up',
    total_messages: messages.length,
    unique_users: new Set(messages.map(({ user }) => user)).size,
    messages,
    metadata: { collection_method: 'synthetic', format_version: '1.0' },
  };
  return { name: `chat_logs_${stamp}.json`, text: `${JSON.stringify(document, undefined, 2)}\n` };
}

/**
 * Writes days `from`..`to`-1 into a folder; existing files of the same day get the same bytes again. A new folder appears whole or
 * not at all.
 * @throws CannotStart when the folder cannot be written
 */
export async function writeSyntheticChat(
  dir: string,
  days: { readonly from: number; readonly to: number; readonly seed: number },
): Promise<void> {
  const isNew = !(await isFolder(dir));
  const target = isNew ? `${dir}.new` : dir;
  try {
    await mkdir(target, { recursive: true });
    for (let day = days.from; day < days.to; day += 1) {
      const { name, text } = syntheticDay(day, days.seed);
      await writeFile(join(target, name), text);
    }
    if (isNew) await rename(target, dir);
  } catch (error) {
    throw explain(error, `The folder ${dir}`);
  }
}
