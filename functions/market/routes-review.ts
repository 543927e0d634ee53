import { Hono } from 'hono';
import {
  ApproveRequest,
  MoreInfoRequest,
  RejectRequest,
} from '#contract/execution-market-requests.ts';
import type { TxHash } from '#contract/ids.ts';
import { closed, releasing, standing } from '#core/exchange/moves.ts';
import { type Moved, moved, refused } from '#core/exchange/refusal.ts';
import { currentEscrow, type ExchangeSubmission, type ExchangeTask } from '#core/exchange/task.ts';
import { accept, rejectForGood, sendBack, type Verdict, type Work } from '#core/exchange/work.ts';
import { type Ctx, done, type MarketVariables, readBody, reference, refuse } from './answers.ts';
import { signed } from './auth.ts';
import { approvedData } from './bodies.ts';
import { type OwnWork, ownWork } from './owning.ts';
import type { Services } from './services.ts';
import { asUnknown, change, settle, touch } from './settling.ts';

/** The publisher judges what was handed in. */
export function reviewRoutes(services: Services): Hono<MarketVariables> {
  const owner = signed(services);
  return new Hono<MarketVariables>()
    .post('/submissions/:id/approve', owner, (c) => approve(c, services))
    .post('/submissions/:id/reject', owner, (c) => reject(c, services))
    .post('/submissions/:id/request-more-info', owner, (c) => askMore(c, services));
}

/** Pays first, then writes the verdict; may be asked again after any failure. */
async function approve(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, ApproveRequest);
  if (!body.ok) return body.answer;
  const work = await ownWork(c, services);
  if (!work.ok) return work.answer;
  if (work.value.submission.verdict === 'accepted') return approved(c, work.value, services);

  const begun = await beginRelease(work.value, services);
  if (!begun.ok) return refuse(c, begun.refusal);
  const escrow = currentEscrow(begun.value);
  if (!escrow) throw new Error(`Task ${begun.value.id} is being paid out and has no escrow.`);

  const end = await settle(escrow.info, 'release', services).catch(asUnknown);
  if (!end.ok) {
    if (end.kind === 'refused') await change(begun.value.id, services, stand);
    return unsettled(c, end.reason, services);
  }
  if (end.kind === 'refunded') {
    await change(begun.value.id, services, (task) =>
      moved({ task: closed(task, escrow, { status: 'refunded', tx: end.tx, at: services.now() }) }),
    );
    return refuse(c, { kind: 'conflict', detail: 'Escrow is not in a releasable state' });
  }
  const verdict = { notes: body.value.notes ?? undefined, now: services.now() };
  const finished = await finish(work.value, { tx: end.tx, verdict, services });
  return finished.ok ? approved(c, finished.value, services) : refuse(c, finished.refusal);
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

function unsettled(c: Ctx, reason: string, { log }: Services): Response {
  const ref = reference();
  log.error('settlement-failed', { submissionId: c.req.param('id'), ref, reason });
  return c.json({ detail: `Could not settle payment before approval (ref: ${ref})` }, 502);
}

async function finish(
  work: OwnWork,
  { tx, verdict, services }: { tx: TxHash; verdict: Verdict; services: Services },
): Promise<Moved<OwnWork>> {
  const { id } = work.submission;
  let submission: ExchangeSubmission = work.submission;
  const finished = await change(work.task.id, services, async (task) => {
    const newest = (await services.exchange.submission(id)) ?? submission;
    // a second approval that ran beside this one has written it all already
    const after =
      newest.verdict === 'accepted'
        ? moved({ task, submission: newest })
        : accept({ task, submission: newest }, tx, verdict);
    if (after.ok) submission = after.value.submission;
    return newest.verdict === 'accepted' ? moved({ task }) : after;
  });
  if (!finished.ok) return finished;
  services.log.info('approved', { taskId: work.task.id, submissionId: id, tx });
  return moved({ task: finished.value, submission });
}

async function reject(c: Ctx, services: Services): Promise<Response> {
  const body = await readBody(c, RejectRequest);
  if (!body.ok) return body.answer;
  const { severity, notes } = body.value;
  const verdict = { notes, now: services.now() };
  const judged = await judge(c, services, (work) =>
    severity === 'major' ? rejectForGood(work, verdict) : sendBack(work, 'rejected', verdict),
  );
  if (judged instanceof Response) return judged;
  services.log.info('rejected', { taskId: judged.task.id, severity });
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
  verdictOn: (work: Work) => Moved<Work>,
): Promise<OwnWork | Response> {
  const work = await ownWork(c, services);
  if (!work.ok) return work.answer;
  let { submission } = work.value;
  const judged = await change(work.value.task.id, services, async (task) => {
    const newest = (await services.exchange.submission(submission.id)) ?? submission;
    const after = verdictOn({ task, submission: newest });
    if (after.ok) submission = after.value.submission;
    return after;
  });
  return judged.ok ? { task: judged.value, submission } : refuse(c, judged.refusal);
}
