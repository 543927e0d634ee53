import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import * as requests from '#contract/execution-market-requests.ts';
import { areModelsThere, flawIn, type JsonSchema, jsonSchemaOf } from '../../support/em-models.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const wallet = `0x${'aB'.repeat(20)}`;
const evidence = { json_response: { sha256: 'ab' } };
const { WorkerTools } = requests;

interface Pair {
  readonly ours: z.ZodType;
  readonly right: Readonly<Record<string, unknown>>;
}

/** What we take, by the name of EM's model, with a body that is right. */
const PAIRS: Readonly<Record<string, Pair>> = {
  CreateTaskRequest: {
    ours: requests.CreateTaskRequest,
    right: {
      title: 'Raw logs',
      instructions: 'Deliver the raw chat log bundle as JSON.',
      category: 'data_processing',
      bounty_usd: 0.05,
      deadline_hours: 24,
      evidence_required: ['json_response'],
    },
  },
  CancelRequest: { ours: requests.CancelRequest, right: {} },
  WorkerApplicationRequest: { ours: requests.ApplyRequest, right: { executor_id: uuid } },
  WorkerAssignRequest: { ours: requests.AssignRequest, right: { executor_id: uuid } },
  UpdateEscrowMetadataRequest: { ours: requests.UpdateEscrowRequest, right: {} },
  WorkerSubmissionRequest: {
    ours: requests.SubmitRequest,
    right: { executor_id: uuid, evidence },
  },
  ApprovalRequest: { ours: requests.ApproveRequest, right: {} },
  RejectionRequest: {
    ours: requests.RejectRequest,
    right: { notes: 'Twelve records are missing.' },
  },
  RequestMoreInfoRequest: { ours: requests.MoreInfoRequest, right: { notes: 'Which days?' } },
  WorkerRegisterRequest: {
    ours: requests.RegisterWorkerRequest,
    right: { wallet_address: wallet },
  },
  RegisterAgentExecutorInput: {
    ours: WorkerTools.em_register_as_executor.shape.params,
    right: { wallet_address: wallet, capabilities: ['raw_logs'], display_name: 'kk-seller' },
  },
  ApplyToTaskInput: {
    ours: WorkerTools.em_apply_to_task.shape.params,
    right: { task_id: uuid, executor_id: uuid },
  },
  SubmitWorkInput: {
    ours: WorkerTools.em_submit_work.shape.params,
    right: { task_id: uuid, executor_id: uuid, evidence },
  },
  GetMyTasksInput: {
    ours: WorkerTools.em_get_my_tasks.shape.params,
    right: { executor_id: uuid },
  },
  RateAgentInput: {
    ours: WorkerTools.em_rate_agent,
    right: { task_id: uuid, score: 90 },
  },
};

/** Over MCP EM asks of ids and wallets their length only, and finds out later that there is no such thing. */
const STRICTER = new Set(['executor_id', 'task_id', 'wallet_address']);

type Property = Exclude<JsonSchema, boolean>;

/** Values just inside and just outside of what a property may be, and of every other type. */
function valuesOf(property: Property, root: Property): unknown[] {
  const [plain = property] = [property, ...(property.anyOf ?? [])].filter(
    (one): one is Property => typeof one === 'object' && one.type !== 'null' && !one.anyOf,
  );
  const { $ref } = plain;
  const named = $ref && root.$defs?.[$ref.split('/').at(-1) ?? ''];
  const schema = typeof named === 'object' ? named : plain;
  return [
    ...[null, true, 'x', 1.5, -1, [], {}, [null]],
    ...(schema.enum ?? []),
    ...textsOf(schema),
    ...numbersOf(schema),
    ...listsOf(schema, root),
  ];
}

function textsOf({ minLength, maxLength }: Property): string[] {
  const bounds = [minLength, maxLength].filter((one) => one !== undefined);
  return bounds.flatMap((at) => [at - 1, at, at + 1]).map((length) => 'n'.repeat(length));
}

function numbersOf({ minimum, maximum, exclusiveMinimum }: Property): number[] {
  const bounds = [minimum, maximum, Number(exclusiveMinimum ?? Number.NaN)];
  return bounds
    .filter((one): one is number => one !== undefined && !Number.isNaN(one))
    .flatMap((at) => [at - 1, at, at + 1]);
}

function listsOf({ items, minItems, maxItems }: Property, root: Property): unknown[][] {
  if (typeof items !== 'object' || Array.isArray(items)) return [];
  const { $ref } = items;
  const named = $ref && root.$defs?.[$ref.split('/').at(-1) ?? ''];
  const [item = 'x'] = typeof named === 'object' ? (named.enum ?? []) : ['x'];
  const bounds = [minItems, maxItems].filter((one) => one !== undefined);
  return bounds
    .flatMap((at) => [at - 1, at, at + 1])
    .filter((length) => length >= 0)
    .map((length) => Array.from({ length }, () => item));
}

describe.skipIf(!areModelsThere).each(Object.entries(PAIRS))(
  "what we take, and Execution Market's %s",
  (name, { ours, right }) => {
    const model = areModelsThere ? (jsonSchemaOf(name) as Property) : {};
    const properties = Object.entries(model.properties ?? {}) as [string, Property][];

    it('agree on a right body, on one with a key too many, and on every key that is missing', () => {
      const bodies = [
        right,
        { ...right, tip: 1 },
        ...Object.keys(right).map((key) =>
          Object.fromEntries(Object.entries(right).filter(([one]) => one !== key)),
        ),
      ];
      for (const body of bodies)
        expect([body, ours.safeParse(body).success]).toEqual([
          body,
          flawIn(name, body) === undefined,
        ]);
      expect(flawIn(name, right)).toBeUndefined();
    });

    it.each(properties)('agree on every bound of %s', (key, property) => {
      for (const value of valuesOf(property, model)) {
        const body = { ...right, [key]: value };
        const isTaken = ours.safeParse(body).success;
        const isRight = flawIn(name, body) === undefined;
        if (name.endsWith('Input') && STRICTER.has(key) && isRight && typeof value === 'string')
          continue;
        expect([key, value, isTaken]).toEqual([key, value, isRight]);
      }
    });
  },
);
