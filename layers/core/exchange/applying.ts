import type { Address } from '#contract/ids.ts';
import { type Moved, moved, refused } from './refusal.ts';
import type { ExchangeTask } from './task.ts';

/** Whether this agent may apply now. `reputation` is its mean rating, 0-100; undefined before the first. */
export function isOffered(
  task: ExchangeTask,
  worker: Address,
  reputation: number | undefined,
): Moved<ExchangeTask> {
  if (task.publisher === worker) return refused('forbidden', 'Cannot apply to your own task');
  if (task.status !== 'published') {
    return refused('conflict', 'Task is not available for applications');
  }
  if (task.target === 'human' || task.target === 'robot') {
    return refused('forbidden', `Task is for ${task.target} executors`);
  }
  // an unrated worker counts as 0: a publisher that asks for a reputation gets one
  if ((reputation ?? 0) < task.minReputation) {
    return refused('forbidden', `Insufficient reputation: task needs ${task.minReputation}`);
  }
  return moved(task);
}
