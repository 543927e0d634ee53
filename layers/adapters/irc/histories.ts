import type { Message } from 'irc-framework';

/** A server that opens more than this at once and closes none means no good. */
const MOST_OPEN = 100;

/** Which lines a server repeats from before we came: https://ircv3.net/specs/batches/chathistory */
export class Histories {
  readonly #open = new Set<string>();

  onBatch({ params: [name = '', type = ''] }: Message): void {
    if (name.startsWith('-')) this.#open.delete(name.slice(1));
    else if (type.endsWith('chathistory') && this.#open.size < MOST_OPEN) {
      this.#open.add(name.slice(1));
    }
  }

  has({ tags }: Message): boolean {
    return this.#open.size > 0 && this.#open.has(tags['batch'] ?? '');
  }
}
