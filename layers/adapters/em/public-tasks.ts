import type { TaskId } from '#contract/ids.ts';
import { errorIn, readWhole } from './wire.ts';

const TIMEOUT_MS = 5000;

/** What an Execution Market shows to everybody: a task while it is published, and no longer. */
export class PublicTasks {
  readonly #origin: string;

  /** @param url Origin of the market, without `/api/v1`. */
  constructor(url: string) {
    this.#origin = url.replace(/\/$/, '');
  }

  /** Undefined when the market does not answer, or says something that is about itself or about who asks. */
  async isPublished(id: TaskId): Promise<boolean | undefined> {
    try {
      const response = await fetch(`${this.#origin}/api/v1/tasks/${id}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const error = errorIn({ response, bytes: await readWhole(response) }, new Date());
      if (error === undefined) return true;
      return error.kind === 'forbidden' || error.kind === 'missing' ? false : undefined;
    } catch {
      // unreachable is no finding about the task
      return undefined;
    }
  }
}
