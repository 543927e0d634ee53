import { Keys } from './keys.ts';
import type { LineArena } from './line-arena.ts';
import { NOT_PLAIN, ObjectScanner } from './object-scan.ts';

const COMMA = 0x2c;
const KEYS = new Keys({ time: ['timestamp'], user: ['user'], text: ['message'] });

/** Takes plain messages out of an array, up to the first that is not. */
export class ChatScanner {
  /** Messages written and line ends passed by the last `run`. */
  messages = 0;
  lineEnds = 0;
  readonly #objects: ObjectScanner;

  constructor(lines: LineArena) {
    this.#objects = new ObjectScanner(lines, KEYS);
  }

  /** From `start`, which stands between elements, to the first element that is not plain or not whole. */
  run(bytes: Uint8Array, start: number): number {
    const objects = this.#objects;
    objects.look(bytes);
    objects.lineEnds = 0;
    this.messages = 0;
    let done = start;
    for (;;) {
      this.lineEnds = objects.lineEnds;
      let at = objects.blank(done);
      while (bytes[at] === COMMA) at = objects.blank(at + 1);
      const next = objects.object(at);
      if (next === NOT_PLAIN) return done;
      this.messages += 1;
      done = next;
    }
  }
}
