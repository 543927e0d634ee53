import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { syntheticDay } from '../../local/economy/synthetic-chat.ts';

const DAYS = 12;
const LINES = 400;

/** A folder of logs that grow: documents of a day, packed ones, and files to which lines are appended. */
export class GrowingChat {
  readonly #dir: string;
  readonly #roll: () => number;
  #lines = 0;

  constructor(dir: string, roll: () => number) {
    this.#dir = dir;
    this.#roll = roll;
  }

  /** One of the logs goes on. */
  grow(): void {
    const kind = this.#roll();
    if (kind < 0.35) this.#day('json');
    else if (kind < 0.5) this.#day('gz');
    else this.#append();
  }

  /** Another text of one day: it replaces what was uploaded before. */
  #day(kind: 'json' | 'gz'): void {
    const day = Math.floor(this.#roll() * DAYS);
    const { name, text } = syntheticDay(day, 1 + Math.floor(this.#roll() * 1000));
    if (kind === 'json') this.#write(name, text);
    else this.#write(`packed/${name}.gz`, gzipSync(text));
  }

  #append(): void {
    const stream = Math.floor(this.#roll() * 3);
    const path = join(this.#dir, `stream-${stream}`, 'full.txt');
    mkdirSync(dirname(path), { recursive: true });
    const lines = Array.from({ length: 1 + Math.floor(this.#roll() * LINES) }, () => {
      this.#lines += 1;
      const second = Math.floor(this.#lines / 3);
      const [minute, rest] = [Math.floor(second / 60) % 60, second % 60].map((n) =>
        String(n).padStart(2, '0'),
      );
      const day = 1 + (Math.floor(second / 3600) % 28);
      return `[1/${day}/2026 ${1 + (Math.floor(second / 3600) % 11)}:${minute}:${rest} PM] user_${this.#lines % 40}: line ${this.#lines % 900} ñ 🔥\n`;
    });
    appendFileSync(path, lines.join(''));
  }

  #write(name: string, content: string | Uint8Array): void {
    const path = join(this.#dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
