import { FeedbackRequest } from '#contract/feedback.ts';
import { refuseCaller } from './callers.ts';
import type { Services } from './routes.ts';

/** `POST /feedback`: gasless ERC-8004 feedback, once per agent, deal and part. `transaction` is empty when it was said long before. */
export async function giveFeedback(
  request: Request,
  body: unknown,
  services: Services,
): Promise<Response> {
  const { feedbacks, chain, log } = services;
  const asked = FeedbackRequest.safeParse(body).data;
  if (asked?.network !== chain.network.caip2)
    return failed(
      400,
      `Send {"network":"${chain.network.caip2}","agentId":"7","taskId":"...","as":"worker","score":95,"from":"0x..."}.`,
    );
  const stranger = await refuseCaller(request, services);
  if (stranger) return failed(stranger.status, stranger.reason);
  const { agentId, taskId, as, score, from } = asked;
  const given = await feedbacks.give({ agentId: BigInt(agentId), taskId, as, score, from });
  log.info('feedback', { agentId, dealId: taskId, as, score, from, ...given });
  if (given.kind !== 'settled') return failed(422, given.reason);
  return Response.json({ success: true, network: asked.network, transaction: given.tx ?? '' });
}

function failed(status: 400 | 401 | 403 | 422, error: string): Response {
  return Response.json({ success: false, error }, { status });
}
