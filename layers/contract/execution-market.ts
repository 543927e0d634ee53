import * as z from 'zod';
import type { PaymentInfo } from './escrow.ts';
import { TaskStatus, Verdict } from './execution-market-words.ts';
import { Address, TxHash as Bytes32, TaskId } from './ids.ts';
import { UsdNumber } from './money.ts';

/**
 * What Execution Market answers, as far as we rely on it: strict on the fields we use, blind to all others, because EM adds
 * keys (and `GET /tasks/available` answers raw rows). Source: `facts/execution-market.md` sections 1.3 to 1.5.
 */
const maybe = z.string().nullish();
const time = z.iso.datetime({ offset: true, local: true }).transform((text) => new Date(text));

export const TaskBody = z.object({
  id: TaskId,
  title: z.string(),
  instructions: maybe,
  status: TaskStatus,
  bounty_usd: UsdNumber,
  agent_id: z.string(),
  skills_required: z.array(z.string()).nullish(),
  deadline: time,
  executor_id: maybe,
  escrow_tx: maybe,
});

/** One of `applications`. */
export const ApplicationBody = z.object({
  id: z.string(),
  executor_id: z.string(),
  wallet_address: maybe,
  status: z.enum(['pending', 'accepted', 'rejected']),
  created_at: time,
});

/** One of `submissions`. */
export const SubmissionBody = z.object({
  id: z.string(),
  executor_id: z.string(),
  status: Verdict,
  submitted_at: time,
  evidence: z.record(z.string(), z.unknown()).nullish(),
});

/** EM's answer to every change: `data` depends on the endpoint. */
export const SuccessBody = z.object({ success: z.literal(true) });

export const ApprovedBody = z.object({
  success: z.literal(true),
  data: z.object({ escrow_release_tx: maybe, payment_tx: maybe }),
});

export const RegisteredBody = z.object({ data: z.object({ executor_id: z.string().min(1) }) });

export const RatedBody = z.object({ success: z.literal(true) });

export const HealthBody = z.object({ status: z.enum(['healthy', 'degraded']) });

/** What only operators read; shown more than relied on. */
export const ConfigBody = z.looseObject({ min_bounty_usd: z.number(), max_bounty_usd: z.number() });
export const PaymentConfigBody = z.looseObject({
  networks: z.record(z.string(), z.looseObject({ operator: Address, escrow: Address })),
});
export const PaymentBody = z.looseObject({ task_id: TaskId, status: z.string(), escrow_tx: maybe });
export const TransactionsBody = z.looseObject({
  task_id: TaskId,
  transactions: z.array(z.looseObject({ event_type: z.string(), tx_hash: maybe })),
});
export const ReputationBody = z.looseObject({
  score: z.number().nullish(),
  count: z.int().nullish(),
});
export const IdentityBody = z.looseObject({
  status: z.string(),
  agent_id: z.union([z.int(), z.string()]).nullish(),
});
export const PageBody = z.looseObject({
  has_more: z.boolean().nullish(),
  total: z.int().nullish(),
});

/** `{detail}`, `{error, message}` or a 422 with the fields' errors. */
export const ErrorBody = z.object({
  detail: z.unknown().optional(),
  error: z.unknown().optional(),
  message: z.string().optional(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .catch(undefined),
  retry_after: z.number().nonnegative().optional().catch(undefined),
});

// uint48 and uint16 on chain: what is larger cannot even be asked about
const seconds = z
  .int()
  .nonnegative()
  .max(2 ** 48 - 1);
const basisPoints = z.int().nonnegative().max(65_535);

/** `payment_info` of an assignment: the PaymentInfo in EM's snake_case, `max_amount` in micro-USDC as a JSON number. */
export const PaymentInfoBody = z
  .object({
    payer: Address,
    operator: Address,
    receiver: Address,
    token: Address,
    max_amount: z.int().nonnegative(),
    pre_approval_expiry: seconds,
    authorization_expiry: seconds,
    refund_expiry: seconds,
    min_fee_bps: basisPoints,
    max_fee_bps: basisPoints,
    fee_receiver: Address,
    salt: Bytes32,
  })
  .transform(
    (body): PaymentInfo => ({
      operator: body.operator,
      payer: body.payer,
      receiver: body.receiver,
      token: body.token,
      maxAmount: BigInt(body.max_amount),
      preApprovalExpiry: body.pre_approval_expiry,
      authorizationExpiry: body.authorization_expiry,
      refundExpiry: body.refund_expiry,
      minFeeBps: body.min_fee_bps,
      maxFeeBps: body.max_fee_bps,
      feeReceiver: body.fee_receiver,
      salt: body.salt,
    }),
  );

export function paymentInfoBody(info: PaymentInfo): Record<string, string | number> {
  return {
    mode: 'fase2',
    payer: info.payer,
    operator: info.operator,
    receiver: info.receiver,
    token: info.token,
    max_amount: Number(info.maxAmount),
    pre_approval_expiry: info.preApprovalExpiry,
    authorization_expiry: info.authorizationExpiry,
    refund_expiry: info.refundExpiry,
    min_fee_bps: info.minFeeBps,
    max_fee_bps: info.maxFeeBps,
    fee_receiver: info.feeReceiver,
    salt: info.salt,
  };
}
