import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Catalog } from './catalog.ts';

/** What happened to an object, with the words of S3 event notifications. A removal has size 0 and eTag ''. */
export const ObjectEvent = z.object({
  bucket: z.string(),
  key: z.string(),
  size: z.number(),
  /** Without quotes. */
  eTag: z.string(),
  /** e.g. `ObjectCreated:Put`, `ObjectRemoved:Delete`. */
  eventName: z.string(),
  /** ISO 8601. */
  eventTime: z.string(),
});
export type ObjectEvent = z.infer<typeof ObjectEvent>;

const Owed = z.object({ id: z.number(), body: z.string() });
const RETRY_MS = 250;

/** Events owed since their object became durable; each is given until it was taken, also after a restart. */
export class Outbox {
  readonly #catalog: Catalog;
  readonly #deliver: (event: ObjectEvent) => void | Promise<void>;
  #running: Promise<void> | undefined;
  #wanted = false;
  #warned = false;
  #closed = false;

  constructor(catalog: Catalog, deliver: (event: ObjectEvent) => void | Promise<void>) {
    this.#catalog = catalog;
    this.#deliver = deliver;
    this.wake();
  }

  /** To be called inside the transaction that changes the object. */
  owe(event: ObjectEvent): void {
    this.#catalog.run('INSERT INTO event (body) VALUES (?)', JSON.stringify(event));
  }

  /** To be called after that transaction. */
  wake(): void {
    this.#wanted = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#wanted && !this.#closed) this.wake();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (!this.#closed) {
      this.#wanted = false;
      const owed = this.#catalog.all(Owed, 'SELECT id, body FROM event ORDER BY id LIMIT 32');
      if (owed.length === 0) return;
      const taken = await Promise.all(owed.map((event) => this.#give(event)));
      if (taken.includes(false)) await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  async #give({ id, body }: z.infer<typeof Owed>): Promise<boolean> {
    try {
      await this.#deliver(ObjectEvent.parse(JSON.parse(body)));
    } catch (error) {
      // still owed: the receiver may be starting
      if (!this.#warned)
        process.emitWarning(`an S3 event waits, its receiver said: ${String(error)}`);
      this.#warned = true;
      return false;
    }
    this.#warned = false;
    this.#catalog.run('DELETE FROM event WHERE id = ?', id);
    return true;
  }
}
