import * as z from 'zod';
import {
  EvidenceType,
  TargetExecutor,
  TaskCategory,
  TaskStatus,
} from './execution-market-words.ts';

/**
 * What Execution Market takes, as strict as it is itself (`additionalProperties: false`). Amounts are USD as JSON numbers.
 * Source: its pydantic models of 2026-06-13 (`facts/execution-market.md` section 1.3).
 */
const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const wallet = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const text = (max: number) => z.string().max(max).nullish();
const score = z.int().min(0).max(100);
const free = z.record(z.string(), z.unknown());

export const CreateTaskRequest = z.strictObject({
  title: z.string().min(5).max(255),
  instructions: z.string().min(20).max(5000),
  category: TaskCategory,
  bounty_usd: z.number().positive().max(10_000),
  deadline_hours: z.int().min(1).max(720),
  evidence_required: z.array(EvidenceType).min(1).max(5),
  evidence_optional: z.array(EvidenceType).max(5).nullish(),
  target_executor: TargetExecutor.nullish(),
  payment_token: z.string().max(10).default('USDC'),
  payment_network: z.string().max(30).default('base'),
  skills_required: z.array(z.string().max(50)).max(20).nullish(),
  skill_version: text(20),
  min_reputation: z.int().min(0).default(0),
  agent_name: text(100),
  arbiter_mode: z.enum(['manual', 'auto', 'hybrid']).nullish(),
  location_hint: text(255),
  location_lat: z.number().min(-90).max(90).nullish(),
  location_lng: z.number().min(-180).max(180).nullish(),
  geo_match_mode: z.enum(['strict', 'city', 'region', 'country', 'any']).nullish(),
  location_radius_m: z.int().positive().nullish(),
});
export type CreateTaskRequest = z.infer<typeof CreateTaskRequest>;

export const CancelRequest = z.strictObject({ reason: text(500) });
export const ApplyRequest = z.strictObject({ executor_id: uuid, message: text(500) });

export const AssignRequest = z.strictObject({
  executor_id: uuid,
  escrow_tx: z.string().nullish(),
  payment_info: free.nullish(),
  notes: text(500),
});

/** `PATCH /tasks/{id}/escrow`. */
export const UpdateEscrowRequest = z.strictObject({
  escrow_tx: z.string().nullish(),
  payment_info: free.nullish(),
});

export const SubmitRequest = z.strictObject({
  executor_id: uuid,
  evidence: free,
  notes: text(1000),
  device_metadata: free.nullish(),
});

export const ApproveRequest = z.strictObject({ notes: text(1000), rating_score: score.nullish() });

export const RejectRequest = z.strictObject({
  notes: z.string().min(10).max(1000),
  severity: z.enum(['minor', 'major']).default('minor'),
  reputation_score: z.int().min(0).max(50).nullish(),
});

export const MoreInfoRequest = z.strictObject({ notes: z.string().min(5).max(1000) });

export const RegisterWorkerRequest = z.strictObject({
  wallet_address: wallet,
  name: text(100),
  email: text(255),
});

export const RegisterExecutorRequest = z.strictObject({
  wallet_address: wallet,
  display_name: z.string().min(1).max(100),
});

export const RateWorkerRequest = z.strictObject({
  task_id: uuid,
  worker_address: wallet.nullish(),
  score,
  comment: text(1000),
  proof_tx: text(66),
});

/** `agent_id`, the publisher's ERC-8004 id, is optional here: our own market knows the publisher by the task. */
export const RateAgentRequest = z.strictObject({
  agent_id: z.int().nonnegative().nullish(),
  task_id: uuid,
  score,
  comment: text(1000),
  proof_tx: text(66),
});

/** Arguments of the worker's tools over MCP, most of them under `params` (`facts/execution-market.md` section 1.6). */
export const WorkerTools = {
  em_register_as_executor: z.strictObject({
    params: z.strictObject({
      wallet_address: wallet,
      capabilities: z.array(z.string()).min(1).max(20),
      display_name: z.string().min(2).max(100),
      executor_type: z.string().max(10).default('agent'),
      agent_card_url: text(500),
      mcp_endpoint_url: text(500),
      a2a_protocol_version: text(10),
    }),
  }),
  em_apply_to_task: z.strictObject({ params: ApplyRequest.extend({ task_id: uuid }) }),
  em_submit_work: z.strictObject({
    params: z.strictObject({
      task_id: uuid,
      executor_id: uuid,
      evidence: free,
      notes: text(1000),
    }),
  }),
  em_get_my_tasks: z.strictObject({
    params: z.strictObject({
      executor_id: uuid,
      status: TaskStatus.nullish(),
      include_applications: z.boolean().default(true),
      limit: z.int().min(1).max(100).default(20),
      response_format: z.enum(['markdown', 'json']).default('markdown'),
    }),
  }),
  em_rate_agent: z.strictObject({ task_id: uuid, score, comment: text(1000) }),
} as const;

/** Query of `GET /tasks/available`; numbers arrive as text. `skills` is one comma-separated value, all must match. */
export const AvailableQuery = z.object({
  category: TaskCategory.optional(),
  min_bounty: z.coerce.number().min(0).optional(),
  max_bounty: z.coerce.number().min(0).optional(),
  target_executor_type: z.enum(['human', 'agent', 'any']).optional(),
  skills: z.string().max(1000).optional(),
  after: z.iso.datetime({ offset: true }).optional(),
  include_expired: z.stringbool().default(false),
  exclude_executor: uuid.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).default(0),
  lat: z.coerce.number().optional(),
  lng: z.coerce.number().optional(),
  radius_km: z.coerce.number().optional(),
});
export type AvailableQuery = z.infer<typeof AvailableQuery>;
