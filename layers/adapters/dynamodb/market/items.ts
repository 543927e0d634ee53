import * as z from 'zod';
import {
  EvidenceType,
  TargetExecutor,
  TaskCategory,
  TaskStatus,
  Verdict,
} from '#contract/execution-market-words.ts';
import { TaskId } from '#contract/ids.ts';
import { DUE_TASKS, type Key, marketKey, OPEN_TASKS } from '#contract/keys.ts';
import { stored, version, withoutPlace } from '#contract/stored.ts';
import { next } from '#core/exchange/machine.ts';
import type { MajorRejects } from '#core/exchange/rejecting.ts';
import type {
  ExchangeApplication,
  ExchangeSubmission,
  ExchangeTask,
  Executor,
} from '#core/exchange/task.ts';

/** How the market's items lie in their table: one codec reads and writes each. Items carry `v`, the version of their shape. */
const micro = z.codec(z.string().regex(/^\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (amount) => amount.toString(),
});
const time = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
/** Any JSON as text: DynamoDB has no number above 38 digits and nothing deeper than 32 levels, and strangers send both. */
const json = z.codec(z.string(), z.record(z.string(), z.unknown()), {
  decode: (text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)),
  encode: (value) => JSON.stringify(value),
});
const hex = z.templateLiteral(['0x', z.string()]);
const seconds = z.int();
const v = version(1);

const info = z.object({
  operator: hex,
  payer: hex,
  receiver: hex,
  token: hex,
  maxAmount: micro,
  preApprovalExpiry: seconds,
  authorizationExpiry: seconds,
  refundExpiry: seconds,
  minFeeBps: z.int(),
  maxFeeBps: z.int(),
  feeReceiver: hex,
  salt: hex,
});

const escrow = z.object({
  status: z.enum(['deposited', 'releasing', 'released', 'refunding', 'refunded']),
  info,
  tx: hex,
  lockedAt: time,
  closeTx: hex.optional(),
  closedAt: time.optional(),
});

const rating = z.object({ score: z.int(), comment: z.string(), at: time });

const TaskItem = stored(
  z.object({
    v,
    id: TaskId,
    version: z.int(),
    status: TaskStatus,
    publisher: hex,
    createdAt: time,
    updatedAt: time,
    deadline: time,
    executor: z.object({ id: z.string(), wallet: hex, assignedAt: time }).optional(),
    escrows: z.array(escrow).readonly(),
    refused: z.array(z.string()).readonly(),
    submissionIds: z.array(z.string()).readonly(),
    cancelReason: z.string().optional(),
    workerRating: rating.optional(),
    agentRating: rating.optional(),
    title: z.string(),
    instructions: z.string(),
    category: TaskCategory,
    bounty: micro,
    evidenceRequired: z.array(EvidenceType).readonly(),
    evidenceOptional: z.array(EvidenceType).readonly(),
    target: TargetExecutor,
    skills: z.array(z.string()).readonly(),
    minReputation: z.int(),
    agentName: z.string().optional(),
    skillVersion: z.string().optional(),
    locationHint: z.string().optional(),
    geoMatchMode: z.string().optional(),
    locationRadiusM: z.int().optional(),
  }),
);

const ApplicationItem = stored(
  z.object({
    v,
    id: z.string(),
    taskId: TaskId,
    executorId: z.string(),
    wallet: hex,
    message: z.string().optional(),
    appliedAt: time,
  }),
);

const SubmissionItem = stored(
  z.object({
    v,
    id: z.string(),
    version: z.int(),
    taskId: TaskId,
    executorId: z.string(),
    verdict: Verdict,
    evidence: json,
    notes: z.string().optional(),
    submittedAt: time,
    verifiedAt: time.optional(),
    agentNotes: z.string().optional(),
  }),
);

/** `ratingCount` and `ratingSum` are counters of the table itself. */
const ExecutorItem = stored(
  z.object({
    v,
    id: z.string(),
    wallet: hex,
    name: z.string().optional(),
    registeredAt: time,
    ratingCount: z.int(),
    ratingSum: z.int(),
  }),
);

const RejectsItem = z.object({ v, version: z.int(), times: z.array(time).readonly() });

/** Where it lies is written anew each time, for a task that is open is listed elsewhere than one that is not. */
function bare(item: unknown): unknown {
  return withoutPlace(z.record(z.string(), z.unknown()).parse(item));
}

type Item = Key & Record<string, unknown>;

/** Where a task stands among others: by time of creation. */
function placeOf(task: ExchangeTask): string {
  return `${task.createdAt.toISOString()}#${task.id}`;
}

/** States that a published task comes into. */
const OFF_THE_LIST: readonly string[] = ['accepted', 'cancelled', 'expired'];

/** Where the task is to be listed, by each of its skills, or not any more; no keys when neither has changed. */
export function listingOf(task: ExchangeTask): {
  readonly isOpen: boolean;
  readonly keys: readonly Key[];
} {
  const isOpen = task.status === 'published';
  const skills = isOpen || OFF_THE_LIST.includes(task.status) ? new Set(task.skills) : [];
  return { isOpen, keys: [...skills].map((one) => marketKey.openWith(one, placeOf(task))) };
}

/** When somebody must look at it even if nobody asks for it; undefined when never again. */
function dueAt(task: ExchangeTask): Date | undefined {
  if (next(task.status, 'expire') !== undefined) return task.deadline;
  return task.escrows.some(({ status }) => status === 'refunding') ? task.updatedAt : undefined;
}

export function taskItem(task: ExchangeTask): Item {
  const place = placeOf(task);
  const due = dueAt(task);
  return {
    ...marketKey.task(task.id),
    publisherPk: task.publisher,
    publisherSk: place,
    ...(task.status === 'published' && { openPk: OPEN_TASKS, openSk: place }),
    ...(due && { duePk: DUE_TASKS, dueSk: `${due.toISOString()}#${task.id}` }),
    ...TaskItem.encode({ ...task, v: 1 }),
  };
}

export const readTask = (item: unknown): ExchangeTask => TaskItem.parse(bare(item));

export function applicationItem(application: ExchangeApplication): Item {
  return {
    ...marketKey.application(application.taskId, application.executorId),
    executorPk: application.executorId,
    executorSk: `${application.appliedAt.toISOString()}#${application.taskId}`,
    ...ApplicationItem.encode({ ...application, v: 1 }),
  };
}

export const readApplication = (item: unknown): ExchangeApplication =>
  ApplicationItem.parse(bare(item));

export function submissionItem(submission: ExchangeSubmission): Item {
  return {
    ...marketKey.submission(submission.id),
    ...SubmissionItem.encode({ ...submission, v: 1 }),
  };
}

export const readSubmission = (item: unknown): ExchangeSubmission =>
  SubmissionItem.parse(bare(item));

export function executorItem({ ratings, ...executor }: Executor): Item {
  return {
    ...marketKey.executor(executor.id),
    ...ExecutorItem.encode({
      ...executor,
      ratingCount: ratings.count,
      ratingSum: ratings.sum,
      v: 1,
    }),
  };
}

export function readExecutor(item: unknown): Executor {
  const { ratingCount, ratingSum, ...executor } = ExecutorItem.parse(bare(item));
  return { ...executor, ratings: { count: ratingCount, sum: ratingSum } };
}

export function rejectsItem(publisher: string, rejects: MajorRejects): Item {
  return {
    ...marketKey.majorRejects(publisher),
    ...RejectsItem.encode({ ...rejects, v: 1 }),
  };
}

export const readRejects = (item: unknown): MajorRejects => RejectsItem.parse(item);
