import { viewOf } from './sink.ts';

/** Fields of a message, by number. */
export const TIME = 0;
export const USER = 1;
export const TEXT = 2;
export const KIND = 3;

/** Names of the fields that make a message; a kind, where there is one, must be that of a message. */
export interface FieldNames {
  readonly time: readonly string[];
  readonly user: readonly string[];
  readonly text: readonly string[];
  readonly kind?: readonly string[];
}

/** Tells the keys of JSON objects apart by three words of four bytes: no name is longer than that. The key that followed last time is tried first. */
export class Keys {
  /** Bytes of the key found last, with its quotes. */
  size = 0;
  readonly #sizes: readonly number[];
  readonly #fields: readonly number[];
  readonly #words: Int32Array;
  /** By key plus one: the key that came after it; the first is that of the beginning. */
  readonly #next: Int32Array;
  #last = 0;

  constructor({ time, user, text, kind = [] }: FieldNames) {
    const names = [time, user, text, kind].flatMap((own, field) =>
      own.map((name) => ({ key: `"${name}"`, field })),
    );
    this.#sizes = names.map(({ key }) => key.length);
    this.#fields = names.map(({ field }) => field);
    this.#words = Int32Array.from(
      names.flatMap(({ key }) =>
        [0, Math.min(4, key.length - 4), key.length - 4].map((at) => word(key.slice(at, at + 4))),
      ),
    );
    this.#next = Int32Array.from({ length: names.length + 1 }, (_, index) => index % names.length);
  }

  begin(): void {
    this.#last = 0;
  }

  /** The field of the key that stands there; -1 when it is none of them. */
  at(view: DataView, start: number): number {
    let key = this.#next[this.#last] ?? 0;
    if (!this.#isKey(key, view, start)) {
      key = this.#find(view, start);
      if (key < 0) return -1;
      this.#next[this.#last] = key;
    }
    this.#last = key + 1;
    this.size = this.#sizes[key] ?? 0;
    return this.#fields[key] ?? -1;
  }

  #find(view: DataView, start: number): number {
    for (let key = 0; key < this.#sizes.length; key += 1) {
      if (this.#isKey(key, view, start)) return key;
    }
    return -1;
  }

  #isKey(key: number, view: DataView, start: number): boolean {
    const size = this.#sizes[key] ?? 0;
    if (start + size > view.byteLength) return false;
    const words = this.#words;
    return (
      view.getInt32(start, true) === words[3 * key] &&
      view.getInt32(start + Math.min(4, size - 4), true) === words[3 * key + 1] &&
      view.getInt32(start + size - 4, true) === words[3 * key + 2]
    );
  }
}

/** Four letters as they are read from a view. */
export function word(letters: string): number {
  return viewOf(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))).getInt32(0, true);
}
