import type { AvailableQuery, CreateTaskRequest } from '#contract/execution-market-requests.ts';
import { BOUNTY_LIMITS } from '#contract/execution-market-words.ts';
import type { Address, TaskId } from '#contract/ids.ts';
import { formatUsdc, UsdNumber } from '#contract/money.ts';
import { isLapsed } from './moves.ts';
import { type Moved, moved, refused } from './refusal.ts';
import type { ExchangeTask } from './task.ts';

const HOUR = 3_600_000;

/** A new bounty by its request; refused under the minimum, over the cap of one escrow deposit, or in another currency. */
export function opened(
  request: CreateTaskRequest,
  market: {
    readonly id: TaskId;
    readonly publisher: Address;
    readonly network: string;
    readonly now: Date;
  },
): Moved<ExchangeTask> {
  const { id, publisher, now } = market;
  const bounty = UsdNumber.parse(request.bounty_usd);
  const problem = moneyProblem(request, bounty, market.network);
  if (problem) return refused('invalid', problem);
  return moved({
    id,
    version: 1,
    status: 'published',
    publisher,
    createdAt: now,
    updatedAt: now,
    deadline: new Date(now.getTime() + request.deadline_hours * HOUR),
    escrows: [],
    refused: [],
    submissionIds: [],
    bounty,
    ...describedBy(request),
  });
}

function moneyProblem(
  request: CreateTaskRequest,
  bounty: bigint,
  network: string,
): string | undefined {
  const { min, max } = BOUNTY_LIMITS;
  if (bounty < min) return `Bounty $${formatUsdc(bounty)} is below minimum $${formatUsdc(min)}`;
  if (bounty > max) return `Bounty $${formatUsdc(bounty)} is above maximum $${formatUsdc(max)}`;
  if (request.payment_network !== network) {
    return `Network '${request.payment_network}' is not supported; use '${network}'`;
  }
  return request.payment_token === 'USDC'
    ? undefined
    : `Token '${request.payment_token}' is not supported; use 'USDC'`;
}

type Described = Pick<
  ExchangeTask,
  | 'title'
  | 'instructions'
  | 'category'
  | 'evidenceRequired'
  | 'evidenceOptional'
  | 'target'
  | 'skills'
  | 'minReputation'
  | 'agentName'
  | 'skillVersion'
  | 'locationHint'
  | 'geoMatchMode'
  | 'locationRadiusM'
>;

function describedBy(request: CreateTaskRequest): Described {
  return {
    title: request.title,
    instructions: request.instructions,
    category: request.category,
    evidenceRequired: [...new Set(request.evidence_required)],
    evidenceOptional: [...new Set(request.evidence_optional)],
    target: request.target_executor ?? 'any',
    skills: request.skills_required ?? [],
    minReputation: request.min_reputation,
    agentName: request.agent_name ?? undefined,
    skillVersion: request.skill_version ?? undefined,
    locationHint: request.location_hint ?? undefined,
    geoMatchMode: request.geo_match_mode ?? undefined,
    locationRadiusM: request.location_radius_m ?? undefined,
  };
}

/** Whether an open task belongs into this listing. Places are not filtered by: agents have none. */
export function isListed(task: ExchangeTask, query: AvailableQuery, now: Date): boolean {
  return (
    (query.include_expired || !isLapsed(task, now)) &&
    (query.category === undefined || task.category === query.category) &&
    isPriced(task, query) &&
    isFor(task, query.target_executor_type) &&
    hasSkills(task, query.skills) &&
    (query.after === undefined || task.createdAt > new Date(query.after))
  );
}

function isPriced({ bounty }: ExchangeTask, { min_bounty, max_bounty }: AvailableQuery): boolean {
  return (
    (min_bounty === undefined || bounty >= UsdNumber.parse(min_bounty)) &&
    (max_bounty === undefined || bounty <= UsdNumber.parse(max_bounty))
  );
}

function isFor({ target }: ExchangeTask, type: AvailableQuery['target_executor_type']): boolean {
  return type === undefined || type === 'any' || target === 'any' || target === type;
}

function hasSkills({ skills }: ExchangeTask, wanted: string | undefined): boolean {
  const list = (wanted ?? '').split(',').filter((skill) => skill.trim() !== '');
  return list.every((skill) => skills.includes(skill.trim()));
}
