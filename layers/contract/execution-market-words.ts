import * as z from 'zod';

/** EM's closed vocabularies. Source: its published request models (`facts/execution-market.md` section 1.3). */
export const TaskStatus = z.enum([
  'published',
  'accepted',
  'in_progress',
  'submitted',
  'verifying',
  'completed',
  'cancelled',
  'expired',
  'disputed',
]);

export const TaskCategory = z.enum([
  'physical_presence',
  'knowledge_access',
  'human_authority',
  'simple_action',
  'digital_physical',
  'location_based',
  'verification',
  'social_proof',
  'data_collection',
  'sensory',
  'social',
  'proxy',
  'bureaucratic',
  'emergency',
  'creative',
  'data_processing',
  'api_integration',
  'content_generation',
  'code_execution',
  'research',
  'multi_step_workflow',
]);
export type TaskCategory = z.infer<typeof TaskCategory>;

export const EvidenceType = z.enum([
  'photo',
  'photo_geo',
  'video',
  'document',
  'receipt',
  'signature',
  'notarized',
  'timestamp_proof',
  'text_response',
  'measurement',
  'screenshot',
  'json_response',
  'api_response',
  'code_output',
  'file_artifact',
  'url_reference',
  'structured_data',
  'text_report',
]);
export type EvidenceType = z.infer<typeof EvidenceType>;

export const TargetExecutor = z.enum(['human', 'agent', 'robot', 'any']);
export type TargetExecutor = z.infer<typeof TargetExecutor>;

export const Verdict = z.enum([
  'pending',
  'accepted',
  'rejected',
  'more_info_requested',
  'disputed',
]);

/** Execution Market's limits on a bounty, in micro-USDC: its own minimum, and the cap of the escrow on one deposit. */
export const BOUNTY_LIMITS = { min: 10_000n, max: 100_000_000n } as const;

/**
 * How a worker tool's answer over MCP begins when it did what it was asked; anything else did not, or did and says so in words we
 * do not know. Source: `facts/execution-market.md` section 1.6; the rating's is our own market's.
 */
export const TOOL_SUCCESS = {
  em_apply_to_task: '# Application Submitted',
  em_submit_work: '# Work Submitted Successfully',
  em_rate_agent: '# Agent Rated',
  em_register_as_executor: '# Executor Registered',
} as const;
