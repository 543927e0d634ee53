import type * as z from 'zod';
import type { ApplyRequest, SubmitRequest } from '#contract/execution-market-requests.ts';
import type { Address, TaskId } from '#contract/ids.ts';
import { isOffered } from '#core/exchange/applying.ts';
import { evidenceProblems } from '#core/exchange/evidence.ts';
import { lapse } from '#core/exchange/moves.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import type {
  ExchangeApplication,
  ExchangeSubmission,
  ExchangeTask,
  Executor,
} from '#core/exchange/task.ts';
import { submit } from '#core/exchange/work.ts';
import { meanScore } from './bodies.ts';
import { refuseStranger } from './identity.ts';
import { executorIdOf, uuidOf } from './ids.ts';
import type { Services } from './services.ts';
import { change, touch } from './settling.ts';

/** What a worker does, whichever door it came by: REST and MCP say it in their own words. */

/** The executor of a wallet. Its name is who came first: registering over REST is not signed. */
export async function enlist(
  wallet: Address,
  name: string | undefined,
  { exchange, now }: Services,
): Promise<{ readonly executor: Executor; readonly created: boolean }> {
  const executor: Executor = {
    id: executorIdOf(wallet),
    wallet,
    name,
    registeredAt: now(),
    ratings: { count: 0, sum: 0 },
  };
  if (await exchange.register(executor)) return { executor, created: true };
  return { executor: (await exchange.executor(executor.id)) ?? executor, created: false };
}

/** The executor that a worker names, if it is the signer's own. */
export async function ownExecutor(
  executorId: string,
  signer: Address,
  { exchange }: Services,
): Promise<Moved<Executor>> {
  const executor = await exchange.executor(executorId);
  if (!executor) return refused('missing', 'Executor not found');
  return executor.wallet === signer
    ? moved(executor)
    : refused('forbidden', 'Executor ID in request does not match authenticated identity');
}

export interface Applied {
  readonly task: ExchangeTask;
  readonly applicationId: string;
}

export async function applyTo(
  taskId: TaskId,
  { executor_id, message }: z.output<typeof ApplyRequest>,
  { signer, services }: { readonly signer: Address; readonly services: Services },
): Promise<Moved<Applied>> {
  const [executor, task] = await Promise.all([
    ownExecutor(executor_id, signer, services),
    touch(taskId, services),
  ]);
  if (!executor.ok) return executor;
  const { id: executorId, wallet } = executor.value;
  if (!task) return refused('missing', 'Task not found');
  const offered = isOffered(task, wallet, meanScore(executor.value));
  if (!offered.ok) return offered;
  const stranger = await refuseStranger(wallet, services);
  if (stranger) return stranger;

  const application = {
    id: uuidOf('application', taskId, executorId),
    taskId,
    executorId,
    wallet,
    message: message ?? undefined,
    appliedAt: services.now(),
  };
  // one row per task and executor; should the task be given away in between, this application reads as rejected
  if (!(await services.exchange.apply(application))) {
    return refused('conflict', 'Already applied to this task');
  }
  services.log.info('applied', { dealId: taskId, executorId });
  return moved({ task, applicationId: application.id });
}

export interface HandedIn {
  readonly task: ExchangeTask;
  readonly submissionId: string;
}

/** `strict`: the evidence must also have the forms that EM's MCP door asks for. */
export async function handIn(
  taskId: TaskId,
  work: z.output<typeof SubmitRequest>,
  by: { readonly signer: Address; readonly services: Services; readonly strict?: boolean },
): Promise<Moved<HandedIn>> {
  const { signer, services, strict = false } = by;
  const executor = await ownExecutor(work.executor_id, signer, services);
  if (!executor.ok) return executor;
  const executorId = executor.value.id;

  const id = submissionIdOf(taskId, executorId);
  const changed = await change(taskId, services, async (task) => {
    const before = await services.exchange.submission(id);
    const { evidence, notes } = work;
    const given = { id, executorId, evidence, notes: notes ?? undefined, before };
    const submitted = submit(task, given, services.now());
    if (!submitted.ok) return submitted;
    const problems = strict ? evidenceProblems(task, evidence) : [];
    return problems.length === 0 ? moved(submitted.value) : refused('invalid', problems.join('; '));
  });
  if (!changed.ok) return changed;
  services.log.info('submitted', { dealId: taskId, submissionId: id });
  return moved({ task: changed.value, submissionId: id });
}

/** One submission per task and executor. */
export function submissionIdOf(taskId: string, executorId: string): string {
  return uuidOf('submission', taskId, executorId);
}

/** What one executor applied for and works on, newest first. */
export interface Mine {
  readonly assigned: readonly ExchangeTask[];
  readonly applications: readonly {
    readonly application: ExchangeApplication;
    readonly task: ExchangeTask;
  }[];
  readonly submissions: readonly ExchangeSubmission[];
}

export async function mine(executorId: string, most: number, services: Services): Promise<Mine> {
  const { exchange } = services;
  const found = await Array.fromAsync(exchange.appliedBy(executorId, most));
  const tasks = await Promise.all(found.map(({ taskId }) => exchange.task(taskId)));
  const applications = found.flatMap((application, i) => {
    const task = tasks[i];
    return task ? [{ application, task: lapse(task, services.now()) }] : [];
  });
  const submissions = await Promise.all(
    applications
      .map(({ task }) => submissionIdOf(task.id, executorId))
      .filter((id, i) => applications[i]?.task.submissionIds.includes(id))
      .map((id) => exchange.submission(id)),
  );
  return {
    assigned: applications.map(({ task }) => task).filter((t) => t.executor?.id === executorId),
    applications,
    submissions: submissions.filter((one) => one !== undefined),
  };
}
