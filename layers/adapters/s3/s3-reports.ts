import { objectKey } from '#contract/keys.ts';
import { COORDINATOR } from '#contract/roster.ts';
import type { Objects } from '#core/ports/objects.ts';
import type { Reports } from '#core/ports/reports.ts';

/** `<coordinator>/reports/YYYY-MM-DD.md` in the data bucket. */
export class S3Reports implements Reports {
  readonly #objects: Pick<Objects, 'put' | 'read'>;

  constructor(objects: Pick<Objects, 'put' | 'read'>) {
    this.#objects = objects;
  }

  async keep(day: string, markdown: string): Promise<void> {
    const contentType = 'text/markdown; charset=utf-8';
    const key = objectKey.report(COORDINATOR, day);
    await this.#objects.put(key, new TextEncoder().encode(markdown), { contentType });
  }

  /** Undefined when none was kept of that day. */
  async of(day: string): Promise<string | undefined> {
    const body = await this.#objects.read(objectKey.report(COORDINATOR, day));
    return body && new TextDecoder().decode(body);
  }
}
