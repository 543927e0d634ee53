import type { BuyDeal } from '#contract/deal.ts';
import { type BuyEvents, buy } from '../../market/buying.ts';
import { type Closing, finish } from '../../market/closing.ts';
import type { EventOf } from '../../market/step.ts';
import { type Effect, type Job, NOTHING, type Outcome } from './effect.ts';

/** An effect on one of our bounties; nothing to do when the deal has left the desk, or the state in which it was committed. */
export function onBounty(
  states: BuyDeal['state'] | readonly BuyDeal['state'][],
  effect: (deal: BuyDeal, job: Job) => Promise<Outcome>,
): Effect {
  return (job) => {
    const deal = [...job.snapshot.deals.values()].find(
      ({ taskId }) => taskId === job.intent.subject,
    );
    const isDue = deal?.side === 'buy' && [states].flat().includes(deal.state);
    return isDue ? effect(deal, job) : Promise.resolve(NOTHING);
  };
}

export function step<K extends keyof BuyEvents>(
  deal: BuyDeal,
  event: EventOf<BuyEvents, K>,
  { at }: Job,
): Outcome {
  return { kind: 'step', step: buy(deal, event, at) };
}

/** The end of its escrow, as the chain shows it. */
export function ended(deal: BuyDeal, close: Closing, { at }: Job): Outcome {
  return { kind: 'step', step: finish(deal, close, at) };
}
