import { splitBounty, toUsdNumber } from '#contract/money.ts';
import type { Network } from '#contract/networks.ts';
import {
  applicationStatus,
  currentEscrow,
  type Escrow,
  type ExchangeApplication,
  type ExchangeSubmission,
  type ExchangeTask,
  type Executor,
} from '#core/exchange/task.ts';

/** What the market answers, in EM's shapes (`facts/execution-market.md` sections 1.3, 1.4). */
type Body = Record<string, unknown>;

/** EM's name of the network that payments go over; our local chain says that it is Base Sepolia. */
export function paymentNetwork({ isMainnet }: Network): 'base' | 'base-sepolia' {
  return isMainnet ? 'base' : 'base-sepolia';
}

const explorers = { base: 'https://basescan.org', 'base-sepolia': 'https://sepolia.basescan.org' };

export function explorerUrl(tx: string, network: Network): string {
  return `${explorers[paymentNetwork(network)]}/tx/${tx}`;
}

/** ISO time in UTC, as EM writes it. */
export function iso(date: Date): string {
  return date.toISOString();
}

export function taskBody(task: ExchangeTask, network: Network): Body {
  return {
    id: task.id,
    title: task.title,
    status: task.status,
    category: task.category,
    bounty_usd: toUsdNumber(task.bounty),
    deadline: iso(task.deadline),
    created_at: iso(task.createdAt),
    agent_id: task.publisher,
    agent_name: task.agentName ?? null,
    erc8004_agent_id: null,
    executor_id: task.executor?.id ?? null,
    instructions: task.instructions,
    evidence_schema: { required: task.evidenceRequired, optional: task.evidenceOptional },
    min_reputation: task.minReputation,
    target_executor_type: task.target,
    skills_required: task.skills,
    ...detailsBody(task),
    ...paymentBody(task, network),
  };
}

function detailsBody(task: ExchangeTask): Body {
  return {
    location_hint: task.locationHint ?? null,
    skill_version: task.skillVersion ?? null,
    geo_match_mode: task.geoMatchMode ?? null,
    location_radius_m: task.locationRadiusM ?? null,
  };
}

function paymentBody(task: ExchangeTask, network: Network): Body {
  const closedAs = (status: Escrow['status']) =>
    task.escrows.findLast((one) => one.status === status)?.closeTx ?? null;
  return {
    payment_token: 'USDC',
    payment_network: paymentNetwork(network),
    escrow_status: escrowStatus(task),
    escrow_tx: currentEscrow(task)?.tx ?? null,
    payment_tx: closedAs('released'),
    refund_tx: closedAs('refunded'),
  };
}

/** A lock on its way either way still is a deposit to EM. */
export function escrowStatus(task: ExchangeTask): string {
  const status = currentEscrow(task)?.status;
  if (status === undefined) return 'pending_assignment';
  return status === 'released' || status === 'refunded' ? status : 'deposited';
}

/** A row of `GET /tasks/available`: everything but who works on it. */
export function availableBody(task: ExchangeTask, network: Network): Body {
  const { executor_id: _, ...body } = taskBody(task, network);
  return { ...body, updated_at: iso(task.updatedAt), evidence_required: task.evidenceRequired };
}

export function applicationBody(
  application: ExchangeApplication,
  task: ExchangeTask,
  executor: Executor | undefined,
): Body {
  const score = executor && meanScore(executor);
  return {
    id: application.id,
    task_id: application.taskId,
    executor_id: application.executorId,
    wallet_address: application.wallet,
    message: application.message ?? null,
    status: applicationStatus(task, application.executorId),
    created_at: iso(application.appliedAt),
    reputation_score: score ?? null,
    tasks_completed: executor?.ratings.count ?? 0,
    // EM says averages on a scale of five
    avg_rating: score === undefined ? null : score / 20,
  };
}

/** Mean of an executor's ratings, 0-100, rounded; undefined before the first. */
export function meanScore({ ratings }: Executor): number | undefined {
  return ratings.count === 0 ? undefined : Math.round(ratings.sum / ratings.count);
}

export function submissionBody(submission: ExchangeSubmission): Body {
  return {
    id: submission.id,
    task_id: submission.taskId,
    executor_id: submission.executorId,
    status: submission.verdict,
    pre_check_score: null,
    submitted_at: iso(submission.submittedAt),
    evidence: submission.evidence,
    notes: submission.notes ?? null,
    agent_verdict: submission.verdict === 'pending' ? null : submission.verdict,
    agent_notes: submission.agentNotes ?? null,
    verified_at: submission.verifiedAt ? iso(submission.verifiedAt) : null,
    ai_verification_result: null,
    arbiter_grade: null,
    arbiter_summary: null,
  };
}

export function approvedData({
  task,
  submission,
  network,
}: {
  readonly task: ExchangeTask;
  readonly submission: ExchangeSubmission;
  readonly network: Network;
}): Body {
  const tx = currentEscrow(task)?.closeTx ?? null;
  const { net, fee } = splitBounty(task.bounty);
  return {
    submission_id: submission.id,
    verdict: submission.verdict,
    payment_tx: tx,
    network: paymentNetwork(network),
    explorer_url: tx && explorerUrl(tx, network),
    escrow_release_tx: tx,
    payment_mode: 'fase2',
    platform_fee_usdc: toUsdNumber(fee),
    worker_net_usdc: toUsdNumber(net),
    gross_amount_usdc: toUsdNumber(task.bounty),
  };
}
