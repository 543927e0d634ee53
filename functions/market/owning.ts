import * as z from 'zod';
import { TaskId } from '#contract/ids.ts';
import type { ExchangeSubmission, ExchangeTask } from '#core/exchange/task.ts';
import { type Ctx, check, type Read, refuse } from './answers.ts';
import type { Services } from './services.ts';
import { touch } from './settling.ts';

export const PathId = z.object({ id: TaskId });

/** The task of the path, brought up to date, for its publisher alone. */
export async function ownTask(c: Ctx, services: Services): Promise<Read<ExchangeTask>> {
  const id = check(c, 'path', { schema: PathId, value: c.req.param() });
  return id.ok ? ownedTask(c, services, id.value.id) : id;
}

async function ownedTask(c: Ctx, services: Services, id: TaskId): Promise<Read<ExchangeTask>> {
  const task = await touch(id, services);
  if (!task) return { ok: false, answer: refuse(c, { kind: 'missing', detail: 'Task not found' }) };
  if (task.publisher !== c.get('agent')) {
    const detail = 'Not authorized: you are not the publisher of this task';
    return { ok: false, answer: refuse(c, { kind: 'forbidden', detail }) };
  }
  return { ok: true, value: task };
}

export interface OwnWork {
  readonly task: ExchangeTask;
  readonly submission: ExchangeSubmission;
}

/** The submission of the path with its task, for the task's publisher alone. */
export async function ownWork(c: Ctx, services: Services): Promise<Read<OwnWork>> {
  const id = check(c, 'path', { schema: PathId, value: c.req.param() });
  if (!id.ok) return id;
  const submission = await services.exchange.submission(id.value.id);
  if (!submission) {
    return { ok: false, answer: refuse(c, { kind: 'missing', detail: 'Submission not found' }) };
  }
  const task = await ownedTask(c, services, submission.taskId);
  return task.ok ? { ok: true, value: { task: task.value, submission } } : task;
}
