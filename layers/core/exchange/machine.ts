import type { TaskStatus } from '#core/ports/market.ts';

/** What can happen to a task on the market. */
export const TASK_EVENTS = [
  'assign',
  'submit',
  'approve',
  'reject-minor',
  'reject-major',
  'more-info',
  'cancel',
  'expire',
] as const;
export type TaskEvent = (typeof TASK_EVENTS)[number];

/**
 * The life of a task, as Execution Market lives it (`facts/execution-market.md` section 1.7): submitting skips `in_progress`,
 * work that is sent back waits there, work rejected for good puts the task on the market again. An empty row is an end, or a
 * state that our market never enters (EM's arbiters do). What is not here is a 409.
 */
export const TRANSITIONS: Readonly<
  Record<TaskStatus, Readonly<Partial<Record<TaskEvent, TaskStatus>>>>
> = {
  published: { assign: 'accepted', cancel: 'cancelled', expire: 'expired' },
  accepted: { submit: 'submitted', cancel: 'cancelled', expire: 'expired' },
  in_progress: { submit: 'submitted', expire: 'expired' },
  submitted: {
    approve: 'completed',
    'reject-minor': 'in_progress',
    'more-info': 'in_progress',
    'reject-major': 'published',
  },
  expired: { cancel: 'cancelled' },
  verifying: {},
  disputed: {},
  completed: {},
  cancelled: {},
};

/** The state after the event; undefined when the event has no place in this state. */
export function next(status: TaskStatus, event: TaskEvent): TaskStatus | undefined {
  return TRANSITIONS[status][event];
}
