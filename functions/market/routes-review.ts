import { Hono } from 'hono';
import {
  ApproveRequest,
  MoreInfoRequest,
  RejectRequest,
} from '#contract/execution-market-requests.ts';
import type { TaskId, TxHash } from '#contract/ids.ts';
import { closed, releasing, standing } from '#core/exchange/moves.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import { counted } from '#core/exchange/rejecting.ts';
import { currentEscrow, type ExchangeTask } from '#core/exchange/task.ts';
import { accept, rejectForGood, sendBack, type Verdict, type Work } from '#core/exchange/work.ts';
import type { ExchangeChange } from '#core/ports/exchange.ts';
import { type Ctx, done, type MarketVariables, readBody, reference, refuse } from './answers.ts';
import { signed } from './auth.ts';
import { approvedData } from './bodies.ts';
import { type OwnWork, ownWork } from './owning.ts';
import type { Services } from './services.ts';
import { asUnknown, change, settle, touch } from './settling.ts';

/** The publisher judges what was handed in. */
export function reviewRoutes(services: Services): Hono<MarketVariables> {
  const owner = signed(services);
  const app = new Hono<MarketVariables>();
  app.post('/submissions/:id/approve', owner, (c) => approve(c, services));
  app.post('/submissions/:id/reject', owner, (c) => reject(c, services));
  app.post('/submissions/:id/request-more-info', owner, (c) => askMore(c, services));
  return app;
}

/** Pays first, then writes the verdict; may be asked again after any failure. */
async function approve(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, ApproveRequest);
  if (!body.ok) return body.answer;
  const work = await ownWork(c, services);
  if (!work.ok) return work.answer;
  if (isApproved(work.value)) return approved(c, work.value, services);

  const begun = await beginRelease(work.value, services);
  if (!begun.ok) {
    // an approval that ran beside this one may have come to its end in between
    const again = await ownWork(c, services);
    const isDone = again.ok && isApproved(again.value);
    return isDone ? approved(c, again.value, services) : refuse(c, begun.refusal);
  }
  const notes = body.value.notes ?? undefined;
  return payOut(c, services, { ...work.value, task: begun.value, notes });
}

async function payOut(
  c: Ctx,
  services: Services,
  work: OwnWork & { readonly notes: string | undefined },
): Promise<Response> {
  const { task, notes } = work;
  const escrow = currentEscrow(task);
  if (!escrow) throw new Error(`Task ${task.id} is being paid out and has no escrow.`);
  const end = await settle(escrow.info, 'release', services).catch(asUnknown);
  if (!end.ok) {
    if (end.kind === 'refused') await change(task.id, services, stand);
    return unsettled(c, { dealId: task.id, reason: end.reason }, services);
  }
  if (end.kind === 'refunded') {
    const refunded = { status: end.kind, tx: end.tx, at: services.now() };
    await change(task.id, services, (newest) => moved({ task: closed(newest, escrow, refunded) }));
    return refuse(c, { kind: 'conflict', detail: 'Escrow is not in a releasable state' });
  }
  const finished = await finish(work, {
    tx: end.tx,
    verdict: { notes, now: services.now() },
    services,
  });
  return finished.ok ? approved(c, finished.value, services) : refuse(c, finished.refusal);
}

function isApproved({ task, submission }: OwnWork): boolean {
  return task.status === 'completed' && submission.verdict === 'accepted';
}

function approved(c: Ctx, { task, submission }: OwnWork, { network }: Services): Response {
  return done(c, 'Submission approved', approvedData({ task, submission, network }));
}

/** Written down before the facilitator is asked, so that a reject cannot send the same bounty the other way. */
function beginRelease(
  { task, submission }: OwnWork,
  services: Services,
): Promise<Moved<ExchangeTask>> {
  return change(task.id, services, (newest) => {
    if (submission.verdict !== 'pending' || newest.executor?.id !== submission.executorId) {
      return refused('conflict', `Submission already processed: it is ${submission.verdict}`);
    }
    const begun = releasing(newest);
    return begun.ok ? moved({ task: begun.value }) : begun;
  });
}

function stand(task: ExchangeTask): Moved<{ readonly task: ExchangeTask }> {
  return moved({ task: standing(task) });
}

function unsettled(
  c: Ctx,
  about: { readonly dealId: TaskId; readonly reason: string },
  { log }: Services,
): Response {
  const ref = reference();
  log.error('settlement-failed', { ...about, submissionId: c.req.param('id'), ref });
  return c.json({ detail: `Could not settle payment before approval (ref: ${ref})` }, 502);
}

async function finish(
  work: OwnWork,
  { tx, verdict, services }: { tx: TxHash; verdict: Verdict; services: Services },
): Promise<Moved<OwnWork>> {
  const { id } = work.submission;
  let { submission } = work;
  const finished = await change(work.task.id, services, async (task) => {
    submission = (await services.exchange.submission(id)) ?? submission;
    // an approval that ran beside this one has written it all already
    if (task.status === 'completed') return moved({ task });
    const after = accept({ task, submission }, tx, verdict);
    if (after.ok) submission = after.value.submission;
    return after;
  });
  if (!finished.ok) return finished;
  services.log.info('approved', { dealId: work.task.id, submissionId: id, tx });
  return moved({ task: finished.value, submission });
}

async function reject(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RejectRequest);
  if (!body.ok) return body.answer;
  const { severity, notes } = body.value;
  const verdict = { notes, now: services.now() };
  const judged = await judge(c, services, async (work) => {
    if (severity === 'minor') return sendBack(work, 'rejected', verdict);
    const rejected = rejectForGood(work, verdict);
    if (!rejected.ok) return rejected;
    const before = await services.exchange.majorRejects(work.task.publisher);
    const rejects = counted(before, verdict.now);
    return rejects.ok ? moved({ ...rejected.value, majorRejects: rejects.value }) : rejects;
  });
  if (judged instanceof Response) return judged;
  services.log.info('rejected', { dealId: judged.task.id, severity });
  if (severity === 'major') await touch(judged.task.id, services);
  return done(c, 'Submission rejected', {
    submission_id: judged.submission.id,
    verdict: 'rejected',
    severity,
    task_status: judged.task.status,
  });
}

async function askMore(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, MoreInfoRequest);
  if (!body.ok) return body.answer;
  const verdict = { notes: body.value.notes, now: services.now() };
  const judged = await judge(c, services, (work) => sendBack(work, 'more_info_requested', verdict));
  if (judged instanceof Response) return judged;
  return done(c, 'More information requested', {
    submission_id: judged.submission.id,
    verdict: 'more_info_requested',
    task_status: judged.task.status,
  });
}

/** Writes a verdict that pays nothing. */
async function judge(
  c: Ctx,
  services: Services,
  verdictOn: (work: Work) => Promise<Moved<Work & ExchangeChange>> | Moved<Work & ExchangeChange>,
): Promise<OwnWork | Response> {
  const work = await ownWork(c, services);
  if (!work.ok) return work.answer;
  let { submission } = work.value;
  const judged = await change(work.value.task.id, services, async (task) => {
    const newest = (await services.exchange.submission(submission.id)) ?? submission;
    const after = await verdictOn({ task, submission: newest });
    if (after.ok) submission = after.value.submission;
    return after;
  });
  return judged.ok ? { task: judged.value, submission } : refuse(c, judged.refusal);
}
