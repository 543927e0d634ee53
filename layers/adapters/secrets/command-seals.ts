import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Seals } from '#core/ports/seals.ts';

/** HMAC-SHA256 under a key of 32 bytes, given as 64 hex digits. */
export class CommandSeals implements Seals {
  readonly #key: Buffer;

  constructor(key: string) {
    this.#key = Buffer.from(key, 'hex');
  }

  seal(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex');
  }

  isSeal(text: string, mac: string): boolean {
    const right = Buffer.from(this.seal(text));
    const given = Buffer.from(mac);
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
