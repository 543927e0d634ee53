import { must } from '../../market/step.ts';
import { utter } from '../change.ts';
import type { Effect } from './effect.ts';

/** How long goods may be out of reach before that is the verdict, in ms. */
const PATIENCE_MS = 3_600_000;

/** Carries out one audit that was paid for, and says so. */
export const audit: Effect = async ({ agent, intent, hands, at }) => {
  const order = must(intent.audit, 'an order to audit');
  if (hands.auditor === undefined) throw new Error(`${agent.id} audits nothing.`);
  const isLast = hands.now().getTime() - Date.parse(order.at) > PATIENCE_MS;
  const verdict = await hands.auditor.audit(order, isLast);
  if (verdict === 'unreachable') return { kind: 'later', reason: 'the goods cannot be reached' };
  const { product, taskId, records, score, reasons } = verdict;
  const objections = reasons.length;
  const news = { kind: 'verified', product, taskId, records, score, objections } as const;
  return { kind: 'change', change: { intents: utter(agent, [news], at) } };
};
