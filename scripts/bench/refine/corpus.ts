import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { collectFolder } from '#adapters/logs/collect-folder.ts';
import { objectKey } from '#contract/keys.ts';
import type { CorpusManifest, LogRecord } from '#contract/log-record.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { Dice } from '../dice.ts';
import { session } from '../generate.ts';

type Day = CorpusManifest['days'][number];

export const MANIFEST = 'corpus.json';
const USERS = 5000;
const DAYS = 328;
const VERSION = 1;
/** Of a line: `{"ts":"` comes first. */
const DAY_AT = 7;
const FRAME_BYTES = 262_144;
/** Different words that are made up, the first the most frequent: what is said in a chat has a long tail. */
const RARE = 60_000;
const SYLLABLES =
  'ba be bi bo bu ca co cu da de di do fa fe ga go la le lo lu ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te to va vi'.split(
    ' ',
  );
/** Sessions go on past midnight, where a day of a corpus ends: begun so much earlier they do not. */
const EARLIER = 6 * 3_600_000;

const codec = new NodeCodec();

/** So many messages of the same 5,000 people in the same 328 days, as a corpus in a folder; made once and kept under the system's temporary folder. */
export async function generatedCorpus(messages: number): Promise<string> {
  return prepared(`people-${messages}`, async (folder) => {
    const days: Day[] = [];
    const dice = new Dice(5000);
    const users = Array.from({ length: USERS }, (_, user) => `${word(dice.below(RARE))}${user}`);
    for (let day = 0; day < DAYS; day += 1) {
      const count = Math.floor(((day + 1) * messages) / DAYS) - Math.floor((day * messages) / DAYS);
      const said = session({ dice, users, day, count }).toSorted((a, b) => a.at - b.at);
      const lines = said.map(({ at, user, message }) => {
        const ts = `${new Date(at - EARLIER).toISOString().slice(0, 19)}Z`;
        const text = spoken(message, users, dice);
        return JSON.stringify({ ts, user, text, kind: 'message' } satisfies LogRecord);
      });
      days.push(await dayOf(folder, lines));
    }
    return days;
  });
}

/** The logs in `logs` as the collector reads them, as a corpus in a folder. */
export async function collectedCorpus(logs: string): Promise<string> {
  return prepared(`real-${readdirSync(logs).length}`, async (folder) => {
    const shelf = join(folder, 'shelf');
    await collectFolder(logs, shelf, 'UTC');
    const days: Day[] = [];
    for (const name of readdirSync(join(shelf, 'segments')).sort()) {
      const lines = readFileSync(join(shelf, 'segments', name), 'utf8')
        .trimEnd()
        .split('\n');
      days.push(await dayOf(folder, lines));
    }
    rmSync(shelf, { recursive: true });
    return days;
  });
}

async function prepared(name: string, days: (folder: string) => Promise<Day[]>): Promise<string> {
  const folder = join(tmpdir(), `economia-viva-bench-refine-v${VERSION}`, name);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  const made = await days(part);
  writeFileSync(join(part, MANIFEST), JSON.stringify(manifestOf(made)));
  renameSync(part, folder);
  return folder;
}

function manifestOf(days: readonly Day[]): CorpusManifest {
  const version = createHash('sha256')
    .update(days.map(({ hash }) => hash).join())
    .digest('hex');
  const messages = days.reduce((sum, day) => sum + day.messages, 0);
  const counts = { read: 0, messages: 0, notMessages: 0, quarantined: 0, cut: 0, reencoded: 0 };
  return {
    v: 1,
    version,
    messages,
    sources: 1,
    quarantinedSources: 0,
    counts,
    applied: {},
    days: [...days],
  };
}

/** Stores the lines of one UTC day as one segment. */
async function dayOf(folder: string, lines: readonly string[]): Promise<Day> {
  const day = lines[0]?.slice(DAY_AT, DAY_AT + 10) ?? '';
  const sha256 = createHash('sha256')
    .update(`${lines.join('\n')}\n`)
    .digest('hex');
  const key = objectKey.corpus(COLLECTOR, `segments/${day}/${sha256}.ndjson.zst`);
  const packed = Buffer.concat(await Array.fromAsync(frames(lines)));
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, packed);
  const segment = { key, source: 'bench', sha256, bytes: packed.length, messages: lines.length };
  return { day, hash: sha256, messages: lines.length, segments: [segment] };
}

async function* frames(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < FRAME_BYTES) continue;
    yield await codec.zstd(Buffer.from(text));
    text = '';
  }
  if (text !== '') yield await codec.zstd(Buffer.from(text));
}

/** The sentence with some words of the long tail, now and then for somebody, now and then with a nick in it. */
function spoken(sentence: string, users: readonly string[], dice: Dice): string {
  const rare = Array.from({ length: dice.below(4) }, () =>
    word(Math.floor(RARE * dice.next() ** 4)),
  );
  const text = [sentence, ...rare].join(' ');
  return dice.next() < 0.2 ? `${users[dice.below(users.length)] ?? ''}: ${text}` : text;
}

function word(rank: number): string {
  let [rest, made] = [rank + SYLLABLES.length, ''];
  for (; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    made += SYLLABLES[rest % SYLLABLES.length] ?? '';
  }
  return made;
}
