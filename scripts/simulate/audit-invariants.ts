import type { Book } from '#adapters/dynamodb/books.ts';
import type { BuyDeal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { LEAST_SCORE } from '#core/market/auditing.ts';
import type { SimulatedEconomy } from './economy.ts';

const HOUR = 3_600_000;
/** From here on every deal wants a verdict, in micro-USDC. */
const DEAR = 50_000n;

/** Nothing that wants a verdict is paid without a good one, unless none came for two hours; none is paid for twice. */
export function unverified(economy: SimulatedEconomy, books: ReadonlyMap<AgentId, Book>): string[] {
  const { audits, chain } = economy;
  const twice = [...audits.signed].filter(
    ([, nonces]) => nonces.filter((nonce) => chain.direct.has(nonce)).length > 1,
  );
  const found = twice.map(([key]) => `audit paid twice: ${key}`);
  for (const [id, { deals }] of books)
    for (const deal of deals)
      if (deal.side === 'buy' && deal.releaseTx !== undefined)
        found.push(...unverifiedIn(deal, economy).map((words) => `${words}: ${id} ${deal.taskId}`));
  return found;
}

function unverifiedIn(deal: BuyDeal, economy: SimulatedEconomy): string[] {
  const { bounty, isAudited = false, unaudited } = deal;
  if (!isAudited) return bounty >= DEAR ? ['dear and not to be audited'] : [];
  return unaudited === undefined ? unproven(deal, economy) : impatient(deal, economy);
}

function impatient({ payment, auditingSince = '' }: BuyDeal, { chain }: SimulatedEconomy) {
  const paidAt = chain.payments.get(payment?.salt ?? '')?.end?.at ?? 0;
  return paidAt < Date.parse(auditingSince) + 2 * HOUR ? ['paid unaudited, too soon'] : [];
}

function unproven({ taskId, verdict, evidence }: BuyDeal, { audits, goods }: SimulatedEconomy) {
  const signed = audits.verdicts.get(verdict?.id ?? '');
  if (signed?.taskId !== taskId || signed.sha256 !== evidence?.sha256)
    return ['paid without a verdict on it'];
  if (signed.score < LEAST_SCORE) return ['paid and condemned'];
  return goods.fakes.has(taskId) ? ['paid for a fake'] : [];
}
