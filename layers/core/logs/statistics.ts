import type { LogRecord, Statistics } from '#contract/log-record.ts';
import { parseRecordLine } from './record-line.ts';
import { Sampler } from './sample.ts';

const HOURS = 24;
/** Texts are no longer than MAX_TEXT_CHARS, which is under 2^13. */
const LENGTHS = 14;
const WORD = /[\p{L}\p{N}]{2,}/gu;
const MAX_WORD_CHARS = 32;
const utf8 = new TextDecoder();

/** Counts what is said, bounded in memory however much it is. The order does not matter. */
export class Counter {
  #messages = 0;
  #chars = 0;
  readonly #hours = new Array<number>(HOURS).fill(0);
  readonly #lengths = new Array<number>(LENGTHS).fill(0);
  readonly #users = new Sampler();
  readonly #words = new Sampler();

  /** Whole lines of NDJSON, each with its end. */
  addLines(bytes: Uint8Array): void {
    for (const line of utf8.decode(bytes).slice(0, -1).split('\n')) this.add(parseRecordLine(line));
  }

  add({ ts, user, text }: LogRecord): void {
    const chars = charsOf(text);
    this.#messages += 1;
    this.#chars += chars;
    addAt(this.#hours, Number(ts.slice(11, 13)), 1);
    addAt(this.#lengths, 32 - Math.clz32(chars), 1);
    this.#users.add(user);
    for (const [word] of text.toLowerCase().matchAll(WORD))
      if (word.length <= MAX_WORD_CHARS) this.#words.add(word);
  }

  addAll({ messages, chars, hours, lengths, users, words }: Statistics): void {
    this.#messages += messages;
    this.#chars += chars;
    for (const [hour, count] of hours.entries()) addAt(this.#hours, hour, count);
    for (const [length, count] of lengths.entries()) addAt(this.#lengths, length, count);
    this.#users.addAll(users);
    this.#words.addAll(words);
  }

  statistics(): Statistics {
    return {
      v: 1,
      messages: this.#messages,
      chars: this.#chars,
      hours: [...this.#hours],
      lengths: [...this.#lengths],
      users: this.#users.sample(),
      words: this.#words.sample(),
    };
  }
}

function addAt(counts: number[], at: number, count: number): void {
  counts[at] = (counts[at] ?? 0) + count;
}

/** Texts hold no halves of surrogate pairs. */
function charsOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) pairs += 1;
  }
  return text.length - pairs;
}
