import type { TaskId } from '#contract/ids.ts';

const TIMEOUT_MS = 5000;

/** What an Execution Market shows to everybody: a task while it is published, and no longer. */
export class PublicTasks {
  readonly #origin: string;

  /** @param url Origin of the market, without `/api/v1`. */
  constructor(url: string) {
    this.#origin = url.replace(/\/$/, '');
  }

  /** Undefined when the market does not answer, or says something that is about itself. */
  async isPublished(id: TaskId): Promise<boolean | undefined> {
    try {
      const { status, body } = await fetch(`${this.#origin}/api/v1/tasks/${id}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await body?.cancel();
      if (status === 200) return true;
      return status === 403 || status === 404 ? false : undefined;
    } catch {
      // unreachable is no finding about the task
      return undefined;
    }
  }
}
