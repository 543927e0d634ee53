import type { Address, TxHash } from '#contract/ids.ts';
import type { ExchangeTask } from '#core/exchange/task.ts';
import type { Feedback } from '#core/ports/feedbacks.ts';
import { UpstreamError } from './answers.ts';
import { registered } from './identity.ts';
import type { Services } from './services.ts';

/** What became of a rating in ERC-8004's registry; neither field when there is nobody there to rate. */
export interface OnChain {
  readonly tx?: TxHash | undefined;
  readonly error?: string | undefined;
}

/**
 * Gives the rating that the task now carries as ERC-8004 feedback, as Execution Market does. Safe to repeat: one deal and part has one
 * feedback, whoever was cut off before it was written down. A refusal of the registry is told and harms no rating.
 * @throws UpstreamError when it may have been given or not: the same call again
 */
export async function sayOnChain(
  task: ExchangeTask,
  as: Feedback['as'],
  services: Services,
): Promise<OnChain> {
  const { feedbacks, log } = services;
  const said = sayingIn(task, as);
  if (!feedbacks || !said) return {};
  const { about, from, score } = said;
  const { agentId, error } = await registered(about, services);
  if (agentId === undefined) return { error };
  const given = await feedbacks.give({ agentId, taskId: task.id, as, score, from });
  if (given.kind === 'unknown') throw new UpstreamError(`Could not give feedback: ${given.reason}`);
  log.info('feedback', { dealId: task.id, as, agentId: agentId.toString(), ...given });
  return given.kind === 'settled' ? { tx: given.tx } : { error: given.reason };
}

function sayingIn(
  { publisher, executor, workerRating, agentRating }: ExchangeTask,
  as: Feedback['as'],
): (Pick<Feedback, 'from' | 'score'> & { readonly about: Address }) | undefined {
  const rating = as === 'worker' ? workerRating : agentRating;
  if (!rating || !executor) return undefined;
  const { score } = rating;
  return as === 'worker'
    ? { about: executor.wallet, from: publisher, score }
    : { about: publisher, from: executor.wallet, score };
}
