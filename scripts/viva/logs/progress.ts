import { paint } from '../output.ts';
import { plain } from '../words.ts';
import type { LogFile, Part, Uploaded } from './uploader.ts';

/** Where no line can be written over, a large file is told of so many times. */
const TENTHS = 10;
const CLEAR = '\r\u001b[K';

/** Logs on their way, as a person watches them on stderr: one line that is written over in a terminal, else a line per file. */
export class Progress {
  readonly #isMute: boolean;
  readonly #stream = process.stderr;
  readonly #said = new Set<string>();
  #done = 0;
  #bytes = 0;
  #kept = 0;
  #isOpen = false;

  /** @param isMute only what went wrong is said */
  constructor(isMute: boolean) {
    this.#isMute = isMute;
  }

  /** Bytes that an interrupted upload had stored, and that were not sent again. */
  get kept(): number {
    return this.#kept;
  }

  file({ source, bytes, isNew }: Uploaded, of: number): void {
    this.#done += 1;
    if (isNew) this.#bytes += bytes;
    const count = `${this.#done} of ${of} files`;
    if (this.#stream.isTTY) this.#status(`${count}, ${sizeText(this.#bytes)}  ${plain(source)}`);
    else if (isNew) this.say(`${this.#done} of ${of}  ${plain(source)} (${sizeText(bytes)})`);
  }

  part({ source, stored, size, bytes, isKept }: Part): void {
    if (isKept) this.#kept += bytes;
    const how = `${plain(source)}: ${sizeText(stored)} of ${sizeText(size)}${isKept ? ', stored before' : ''}`;
    if (this.#stream.isTTY) this.#status(how);
    else if (tenth(stored, size) > tenth(stored - bytes, size)) this.say(how);
  }

  /** Also where all else is mute. */
  trouble({ source }: LogFile, why: string): void {
    this.#done += 1;
    const head = paint('red', `not uploaded: ${plain(source)}`, this.#stream);
    this.#line(`${head}: ${why}.`);
  }

  say(line: string): void {
    if (!this.#isMute) this.#line(line);
  }

  /** What may last is said once. */
  once(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#line(line);
  }

  /** What is printed next begins a line. */
  end(): void {
    if (this.#isOpen) this.#stream.write(CLEAR);
    this.#isOpen = false;
  }

  #line(line: string): void {
    this.end();
    this.#stream.write(`${line}\n`);
  }

  #status(now: string): void {
    if (this.#isMute) return;
    this.#stream.write(`${CLEAR}${now.slice(0, (this.#stream.columns || 80) - 1)}`);
    this.#isOpen = true;
  }
}

function tenth(stored: number, size: number): number {
  return Math.floor((stored * TENTHS) / size);
}

const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** `71 bytes`, `1.2 kB`, `34.0 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power - 1] ?? ''}`;
}
