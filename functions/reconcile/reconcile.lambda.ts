import { METRICS } from '#contract/metrics.ts';
import { ROSTER } from '#contract/roster.ts';
import { audit } from '#core/reconcile/run.ts';
import { lowWallets } from '#core/reconcile/wallets.ts';
import { type Services, wire } from './wiring.ts';

let services: Services | undefined;

/** Called by EventBridge Scheduler. Throws when an agent could not be looked at: an audit that sees nothing must not look clean. */
export async function handler(): Promise<{ readonly findings: number; readonly standing: number }> {
  services ??= wire();
  const { auditor, now, log, measure } = services;
  const at = now();
  const { findings, standing, balances, failed } = await audit(
    ROSTER.map(({ id }) => id),
    auditor,
    { runId: `reconcile-${at.toISOString()}`, now: at },
  );
  const stays = new Set(standing);
  for (const finding of findings)
    log.warn('finding', { ...finding, isStanding: stays.has(finding) });
  const low = lowWallets(balances);
  for (const agentId of low)
    log.warn('low-wallet', { agentId, microUsdc: `${balances.get(agentId)}` });
  for (const { agentId, error } of failed) log.error('not-audited', { agentId, error });
  log.info('audit', { findings: findings.length, standing: standing.length });
  measure({
    [METRICS.findings]: findings.length,
    [METRICS.findingsStanding]: standing.length,
    [METRICS.walletsLow]: low.length,
  });
  const [first] = failed;
  if (first !== undefined)
    throw new Error(`${failed.length} agents could not be audited.`, { cause: first.error });
  return { findings: findings.length, standing: standing.length };
}
