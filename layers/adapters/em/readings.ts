import * as z from 'zod';
import { ApplicationBody, SubmissionBody, TaskBody } from '#contract/execution-market.ts';
import { Address, TxHash } from '#contract/ids.ts';
import type { Answer, Application, Submission, Task } from '#core/ports/market.ts';

/** A task whose publisher is a wallet: the only kind that we can deal with. */
const OurTask = TaskBody.extend({ agent_id: Address });

export const taskReading = OurTask.transform(
  (body): Task => ({
    id: body.id,
    title: body.title,
    instructions: body.instructions ?? '',
    status: body.status,
    bounty: body.bounty_usd,
    publisher: body.agent_id,
    skills: body.skills_required ?? [],
    deadline: body.deadline,
    executorId: body.executor_id ?? undefined,
    // EM may say something that is no hash
    escrowTx: TxHash.safeParse(body.escrow_tx).data,
  }),
);

const OurApplication = ApplicationBody.extend({ wallet_address: Address }).transform(
  (body): Application => ({
    id: body.id,
    executorId: body.executor_id,
    wallet: body.wallet_address,
    status: body.status,
    appliedAt: body.created_at,
  }),
);

/** A list in which what we cannot read harms nothing else. */
function listOf<Schema extends z.ZodType>(schema: Schema) {
  return z.array(z.unknown()).transform((rows) =>
    rows.flatMap((row) => {
      const parsed = schema.safeParse(row);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}

export const TasksReading = z.object({ tasks: listOf(taskReading) });
export const ApplicationsReading = z.object({ applications: listOf(OurApplication) });
export const SubmissionsReading = z.object({
  submissions: z.array(
    SubmissionBody.transform(
      (body): Submission => ({
        id: body.id,
        executorId: body.executor_id,
        verdict: body.status,
        submittedAt: body.submitted_at,
        evidence: body.evidence ?? {},
      }),
    ),
  ),
});

/** The answer, its value narrowed or dropped. */
export async function mapped<From, To>(
  answer: Promise<Answer<From>>,
  map: (value: From) => To,
): Promise<Answer<To>> {
  const settled = await answer;
  return settled.ok ? { ok: true, value: map(settled.value) } : settled;
}

export function nothing(answer: Promise<Answer<unknown>>): Promise<Answer<void>> {
  return mapped(answer, () => undefined);
}
