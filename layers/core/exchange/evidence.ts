import type { EvidenceType } from '#contract/execution-market-words.ts';
import type { ExchangeTask } from './task.ts';

const MAX_TEXT = 10_000;

/** What a value must be, in words; types without a rule are taken as they are. */
const RULES: Readonly<
  Partial<Record<EvidenceType, { readonly is: string; readonly fits: (value: unknown) => boolean }>>
> = {
  text_response: {
    is: `a string of at most ${MAX_TEXT} characters`,
    fits: (value) => typeof value === 'string' && value.length <= MAX_TEXT,
  },
  photo: { is: 'an ipfs or http URL, or {url}', fits: isPicture },
  photo_geo: { is: 'an ipfs or http URL, or {url}', fits: isPicture },
  screenshot: { is: 'an ipfs or http URL, or {url}', fits: isPicture },
  document: { is: 'a string, {url} or {file}', fits: isPaper },
  receipt: { is: 'a string, {url} or {file}', fits: isPaper },
  timestamp_proof: { is: 'an ISO 8601 time or unix seconds', fits: isTime },
  measurement: {
    is: 'a number or {value}',
    fits: (value) => isNumber(value) || has(value, 'value'),
  },
};

/**
 * Why Execution Market's worker door over MCP would not take this evidence; it is stricter than REST: nothing that was not
 * asked for, and some types have a form. Source: `facts/execution-market.md` section 1.6.
 */
export function evidenceProblems(
  task: Pick<ExchangeTask, 'evidenceRequired' | 'evidenceOptional'>,
  evidence: Readonly<Record<string, unknown>>,
): readonly string[] {
  const asked = [...task.evidenceRequired, ...task.evidenceOptional];
  const missing = task.evidenceRequired.filter((type) => !(type in evidence));
  const known: ReadonlySet<string> = new Set(asked);
  const unknown = Object.keys(evidence).filter((key) => !known.has(key));
  const misshapen = asked.filter((type) => {
    const rule = RULES[type];
    return type in evidence && rule !== undefined && !rule.fits(evidence[type]);
  });
  return [
    ...(missing.length > 0 ? [`Missing required evidence: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`Unknown evidence fields: ${unknown.join(', ')}`] : []),
    ...misshapen.map((type) => `${type} must be ${RULES[type]?.is ?? 'something else'}`),
  ];
}

function isPicture(value: unknown): boolean {
  return isAddress(value) || (has(value, 'url') && isAddress(value.url));
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^(ipfs|https?):\/\//.test(value);
}

function isPaper(value: unknown): boolean {
  return typeof value === 'string' || has(value, 'url') || has(value, 'file');
}

function isTime(value: unknown): boolean {
  if (isNumber(value)) return value >= 0;
  return (
    typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function has<Key extends string>(
  value: unknown,
  key: Key,
): value is Readonly<Record<Key, unknown>> {
  return typeof value === 'object' && value !== null && key in value;
}
