import type * as z from 'zod';
import type { WorkerTools } from '#contract/execution-market-requests.ts';
import { TOOL_SUCCESS } from '#contract/execution-market-words.ts';
import { Address, TaskId } from '#contract/ids.ts';
import type { Refusal } from '#core/exchange/refusal.ts';
import { applicationStatus } from '#core/exchange/task.ts';
import { reference, UpstreamError } from '../answers.ts';
import { iso, submissionBody, taskBody } from '../bodies.ts';
import { rateAgentBy } from '../routes-rating.ts';
import type { Services } from '../services.ts';
import { applyTo, enlist, handIn, type Mine, mine, ownExecutor } from '../working.ts';

/** Who signed the HTTP request that carries the call. */
export interface Caller {
  readonly signer: Address;
  readonly services: Services;
}
type Params<
  Name extends
    | 'em_register_as_executor'
    | 'em_apply_to_task'
    | 'em_submit_work'
    | 'em_get_my_tasks',
> = z.output<(typeof WorkerTools)[Name]>['params'];

/** The tools' texts, in the words of Execution Market. */
export function register(
  params: Params<'em_register_as_executor'>,
  caller: Caller,
): Promise<string> {
  return spoken(caller, async () => {
    const wallet = Address.parse(params.wallet_address);
    if (wallet !== caller.signer) return error('wallet_address is not the wallet that signed');
    const { executor, created } = await enlist(wallet, params.display_name, caller.services);
    return lines(TOOL_SUCCESS.em_register_as_executor, {
      'Executor ID': code(executor.id),
      Wallet: code(executor.wallet),
      Created: created ? 'yes' : 'no',
    });
  });
}

export function apply(params: Params<'em_apply_to_task'>, caller: Caller): Promise<string> {
  return spoken(caller, async () => {
    const { task_id, ...request } = params;
    const applied = await applyTo(TaskId.parse(task_id), request, caller);
    if (!applied.ok) return error(applied.refusal.detail);
    return lines(TOOL_SUCCESS.em_apply_to_task, {
      Task: applied.value.task.title,
      'Task ID': code(task_id),
      Status: 'PENDING',
    });
  });
}

export function submit(params: Params<'em_submit_work'>, caller: Caller): Promise<string> {
  return spoken(caller, async () => {
    const { task_id, ...work } = params;
    const submitted = await handIn(TaskId.parse(task_id), work, { ...caller, strict: true });
    if (!submitted.ok) return notSubmitted(submitted.refusal);
    return lines(TOOL_SUCCESS.em_submit_work, {
      Task: submitted.value.task.title,
      'Submission ID': code(submitted.value.submissionId),
      Status: 'SUBMITTED',
    });
  });
}

function notSubmitted({ kind, detail }: Refusal): string {
  if (kind !== 'invalid') return error(detail);
  return `# Evidence Validation Failed\n\n${detail
    .split('; ')
    .map((problem) => `- ${problem}`)
    .join('\n')}`;
}

export function rateAgent(
  given: z.output<typeof WorkerTools.em_rate_agent>,
  { signer, services }: Caller,
): Promise<string> {
  return spoken({ signer, services }, async () => {
    const rated = await rateAgentBy(signer, given, services);
    if (!rated.ok) return error(rated.refusal.detail);
    return lines(TOOL_SUCCESS.em_rate_agent, {
      'Task ID': code(given.task_id),
      Score: `${given.score}/100`,
    });
  });
}

export function myTasks(params: Params<'em_get_my_tasks'>, caller: Caller): Promise<string> {
  return spoken(caller, async () => {
    const { signer, services } = caller;
    const executor = await ownExecutor(params.executor_id, signer, services);
    if (!executor.ok) return error(executor.refusal.detail);
    const all = await mine(params.executor_id, params.limit, services);
    const wanted = all.assigned.filter(({ status }) => status === (params.status ?? status));
    const found = { ...all, assigned: wanted };
    if (params.response_format === 'markdown') return markdown(found);
    return JSON.stringify(json(found, params, services));
  });
}

function json(
  { assigned, applications, submissions }: Mine,
  { executor_id, include_applications }: Params<'em_get_my_tasks'>,
  { network }: Services,
): object {
  return {
    executor_id,
    assigned_tasks: assigned.map((task) => taskBody(task, network)),
    applications: (include_applications ? applications : []).map(({ application, task }) => ({
      id: application.id,
      task_id: task.id,
      status: applicationStatus(task, executor_id),
      message: application.message ?? null,
      created_at: iso(application.appliedAt),
      task: { title: task.title, status: task.status },
    })),
    submissions: submissions.map(submissionBody),
  };
}

function markdown({ assigned, applications, submissions }: Mine): string {
  const tasks = assigned.map(({ id, title, status }) => `- **${title}** (${code(id)}): ${status}`);
  return [
    '# My Tasks',
    '',
    `**Assigned**: ${assigned.length}, **Applications**: ${applications.length}, **Submissions**: ${submissions.length}`,
    ...tasks,
  ].join('\n');
}

/** A tool's text; what broke is said by reference only, as over REST. */
async function spoken({ services }: Caller, text: () => Promise<string>): Promise<string> {
  try {
    return await text();
  } catch (cause) {
    const ref = reference();
    const event = cause instanceof UpstreamError ? 'upstream-failed' : 'internal-error';
    services.log.error(event, { ref, path: '/mcp/', error: cause });
    return error(`Something broke (ref: ${ref})`);
  }
}

function error(detail: string): string {
  return `Error: ${detail}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function lines(heading: string, facts: Readonly<Record<string, string>>): string {
  return [heading, '', ...Object.entries(facts).map(([name, fact]) => `**${name}**: ${fact}`)].join(
    '\n',
  );
}
