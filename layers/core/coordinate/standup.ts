import type { Oversight } from '#contract/agent-state.ts';
import { formatUsdc } from '#contract/money.ts';
import type { Finding, Survey } from './survey.ts';

/** How many of one kind a line names. */
const NAMED = 3;

/** In the order of urgency: a line that is too long is cut at its end. */
const KINDS: Readonly<Record<Finding['kind'], string>> = {
  stale: 'Stale',
  stuck: 'Deals stuck',
  low: 'Low',
  quiet: 'Quiet',
};

/** The day's line, without its grammar: who beats, what is open, what was sold, and what there is to look at. */
export function standup(survey: Survey, last: Oversight['standup']): string {
  return [
    `standup ${survey.now.toISOString().slice(0, 10)}: ${summary(survey)}, ${sales(survey, last)}.`,
    ...Object.entries(KINDS).flatMap(([kind, word]) => list(word, ofKind(survey, kind))),
    ...(survey.findings.length === 0 ? ['Nothing to look at.'] : []),
  ].join(' ');
}

/** `6 of 7 agents beat, 3 bounties open` */
export function summary({ members, bounties }: Survey): string {
  const beating = members.filter(({ life }) => life === 'beats').length;
  return `${beating} of ${members.length} agents beat, ${bounties} ${bounties === 1 ? 'bounty' : 'bounties'} open`;
}

function sales({ sold }: Survey, last: Oversight['standup']): string {
  if (last === undefined) return `$${formatUsdc(sold)} sold so far`;
  return `$${formatUsdc(sold - last.sold)} sold since ${last.day}, $${formatUsdc(sold)} in all`;
}

function ofKind({ findings }: Survey, kind: string): readonly Finding[] {
  return findings.filter((finding) => finding.kind === kind);
}

function list(word: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const named = findings.slice(0, NAMED).map(({ agentId, fact }) => `${agentId} (${fact})`);
  const more = findings.length > NAMED ? ` and ${findings.length - NAMED} more` : '';
  return [`${word}: ${named.join(', ')}${more}.`];
}
