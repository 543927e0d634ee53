import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { LogRecord, type SourceCounts } from '#contract/log-record.ts';
import { LineArena } from '#core/logs/line-arena.ts';
import { LineWriter, linesInPlace } from '#core/logs/line-writer.ts';
import { LogParser } from '#core/logs/parse.ts';
import { plain } from '#core/logs/plain.ts';
import { Tally } from '#core/logs/tally.ts';
import { clockOf } from '#core/logs/time.ts';
import { Dice } from '../bench/dice.ts';
import { type Made, type Mutant, make, mutate, packed } from './logs-files.ts';

/** More than this the engine may never hold of one file, whatever is in it. */
const MOST_HELD = 8_388_608;
const codec = new NodeCodec();
const clock = clockOf('America/Bogota');
const utf8 = new TextDecoder('utf-8', { fatal: true });
const writer = new LineWriter();

/** Reads one damaged file that `seed` makes; a sentence when something is wrong. */
export async function fuzzLogs(seed: number): Promise<string | undefined> {
  const dice = new Dice(seed);
  const made = make(dice);
  const mutant = mutate(made, dice);
  const about = `${made.format}, ${mutant.what}`;
  try {
    const wrong = await check(made, mutant, dice);
    return wrong === undefined ? undefined : `${about}: ${wrong}`;
  } catch (error) {
    return `${about}: the engine threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

async function check(made: Made, mutant: Mutant, dice: Dice): Promise<string | undefined> {
  const lines = new LineArena(1024);
  const tally = new Tally(made.name, lines);
  const parser = new LogParser(made.name, clock, tally);
  let held = 0;
  let text = '';
  const drain = () => {
    held = Math.max(held, lines.bytes.length);
    for (const { bytes } of linesInPlace(lines, writer)) text += utf8.decode(bytes);
    lines.clear();
  };
  const size = mutant.bytes.length > 100_000 ? 65_536 : 1 + dice.below(mutant.bytes.length + 1);
  for await (const piece of plain(inChunks(packed(mutant.bytes, dice), size), codec, tally)) {
    parser.push(piece);
    drain();
  }
  tally.bytesEnd();
  parser.end();
  drain();
  if (held > MOST_HELD) return `it held ${held} bytes of lines`;
  return (
    wrongCounts(tally.counts) ??
    wrongLines(text, tally.counts.messages) ??
    lost(mutant, text, tally)
  );
}

function wrongCounts({
  read,
  messages,
  notMessages,
  quarantined,
}: SourceCounts): string | undefined {
  if (read === messages + notMessages + quarantined && read > 0) return undefined;
  return `${read} read are not ${messages} messages, ${notMessages} not messages and ${quarantined} quarantined`;
}

/** Every line is a record, written as anybody would write it. */
function wrongLines(text: string, messages: number): string | undefined {
  const lines = text.split('\n').slice(0, -1);
  if (lines.length !== messages) return `${messages} messages counted, ${lines.length} written`;
  const odd = lines.find((line) => {
    const { ts, user, text, kind } = LogRecord.parse(JSON.parse(line));
    return (
      JSON.stringify({ ts, user, text, kind }) !== line ||
      !text.isWellFormed() ||
      text.includes('\0')
    );
  });
  return odd === undefined ? undefined : `a line is not canonical: ${odd.slice(0, 300)}`;
}

function lost({ untouched }: Mutant, text: string, { refused }: Tally): string | undefined {
  if (refused !== undefined && untouched.length <= 1) return undefined;
  const gone = untouched.filter((mark) => !text.includes(`<${mark}>`));
  if (gone.length === 0) return undefined;
  return `messages ${gone.join(', ')} were lost${refused === undefined ? '' : ` (refused: ${refused})`}`;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}
