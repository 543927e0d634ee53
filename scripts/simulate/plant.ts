import * as z from 'zod';
import type { SimulatedEconomy } from './economy.ts';

/** Faults that a run can be given on purpose, to see that its invariants find them. */
export const Plant = z.enum(['no-reclaim', 'paid-twice', 'forgotten-orders', 'asleep', 'blind']);
export type Plant = z.infer<typeof Plant>;

export const PLANTS: Readonly<Record<Plant, (economy: SimulatedEconomy) => void>> = {
  /** Money goes into escrow and comes out of it by nobody's hand. */
  'no-reclaim': ({ chain }) => {
    const dead = () => Promise.resolve({ kind: 'unknown', reason: 'planted' } as const);
    Object.assign(chain, { release: dead, refund: dead, reclaim: dead });
  },
  /** Who buys directly signs anew instead of sending again what it has signed. */
  'forgotten-orders': ({ shop }) => {
    shop.isForgetful = true;
  },
  /** The validator gives no verdict, which harms nobody's money. */
  asleep: ({ audits }) => {
    audits.isAsleep = true;
  },
  /** The validator finds nothing wrong with anything. */
  blind: ({ audits, goods }) => {
    const audit = audits.audit.bind(audits);
    audits.audit = async (order, isLast) => {
      const isFake = goods.fakes.delete(order.taskId);
      const verdict = await audit(order, isLast);
      if (isFake) goods.fakes.add(order.taskId);
      return verdict;
    };
  },
  /** Whatever is paid out is taken from the payer's wallet once more. */
  'paid-twice': ({ chain }) => {
    const release = chain.release.bind(chain);
    chain.release = async (info) => {
      const isOpen = chain.payments.get(info.salt)?.end === undefined;
      const outcome = await release(info);
      if (isOpen && outcome.kind === 'settled') {
        chain.fund(info.payer, -info.maxAmount);
        chain.fund(info.receiver, info.maxAmount);
      }
      return outcome;
    };
  },
};
