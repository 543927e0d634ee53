import fc from 'fast-check';
import type * as z from 'zod';
import {
  ApplyRequest,
  ApproveRequest,
  AssignRequest,
  AvailableQuery,
  CancelRequest,
  CreateTaskRequest,
  MoreInfoRequest,
  RateAgentRequest,
  RateWorkerRequest,
  RegisterExecutorRequest,
  RegisterWorkerRequest,
  RejectRequest,
  SubmitRequest,
  UpdateEscrowRequest,
  WorkerTools,
} from '#contract/execution-market-requests.ts';
import { bodiesOf } from './arbitrary.ts';

export type Role = 'publisher' | 'worker' | 'anyone';

/** One way to ask the market. `:task` and `:submission` stand for known ones, mostly. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /** Whose it is to ask. */
  readonly by: Role;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Name of an MCP tool that gets the body as arguments. */
  readonly tool?: string;
}

const publisher = { method: 'POST', by: 'publisher' } as const;
const worker = { method: 'POST', by: 'worker' } as const;
const reading = { method: 'GET', by: 'publisher' } as const;

const OPERATIONS: readonly Operation[] = [
  { ...publisher, path: '/tasks', body: CreateTaskRequest },
  { ...publisher, path: '/tasks/:task/assign', body: AssignRequest },
  { ...publisher, path: '/tasks/:task/cancel', body: CancelRequest },
  { ...publisher, method: 'PATCH', path: '/tasks/:task/escrow', body: UpdateEscrowRequest },
  { ...publisher, path: '/submissions/:submission/approve', body: ApproveRequest },
  { ...publisher, path: '/submissions/:submission/reject', body: RejectRequest },
  { ...publisher, path: '/submissions/:submission/request-more-info', body: MoreInfoRequest },
  { ...publisher, path: '/reputation/workers/rate', body: RateWorkerRequest },
  { ...worker, path: '/workers/register', body: RegisterWorkerRequest },
  { ...worker, path: '/executors/register', body: RegisterExecutorRequest },
  { ...worker, path: '/tasks/:task/apply', body: ApplyRequest },
  { ...worker, path: '/tasks/:task/submit', body: SubmitRequest },
  { ...worker, path: '/reputation/agents/rate', body: RateAgentRequest },
  { ...reading, path: '/tasks/available', query: AvailableQuery },
  { ...reading, path: '/tasks' },
  { ...reading, path: '/tasks/:task' },
  { ...reading, path: '/tasks/:task/applications' },
  { ...reading, path: '/tasks/:task/submissions' },
  { ...reading, path: '/tasks/:task/payment' },
  { ...reading, path: '/tasks/:task/transactions' },
  { ...reading, by: 'worker', path: '/submissions/:submission' },
  { ...reading, by: 'worker', path: '/workers/tasks/:task/my-submission' },
  ...Object.entries(WorkerTools).map(([tool, body]) => ({ ...worker, path: '/mcp/', tool, body })),
];

/** These come more often, so that deals get on. */
const STEPS = /assign|apply|submit$|approve/;

/** One request before anything is known of the market: numbers choose among what there will be. */
export interface Draft {
  readonly operation: Operation;
  readonly body: unknown;
  readonly query: unknown;
  /** Chooses the task, and who asks. */
  readonly choice: number;
  /** Fields that name something are given a name that exists. */
  readonly isSteered: boolean;
  /** Somebody asks whose it is not. */
  readonly isStranger: boolean;
  /** Asked twice at the same moment. */
  readonly isDoubled: boolean;
}

/** The first `n` requests of this seed. */
export function drafts(n: number, seed: number): readonly Draft[] {
  const each = fc.oneof(
    ...OPERATIONS.map((operation) => ({
      weight: STEPS.test(operation.path) ? 6 : 1,
      arbitrary: fc.record({
        operation: fc.constant(operation),
        body: operation.body ? bodiesOf(operation.body) : fc.constant(undefined),
        query: operation.query ? bodiesOf(operation.query) : fc.constant(undefined),
        choice: fc.nat(),
        isSteered: weighted(5),
        isStranger: weighted(1),
        isDoubled: weighted(1),
      }),
    })),
  );
  return fc.sample(each, { numRuns: n, seed });
}

function weighted(ofSix: number): fc.Arbitrary<boolean> {
  return fc.nat(5).map((roll) => roll < ofSix);
}
