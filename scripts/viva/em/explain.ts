import type { Answer, MarketError } from '#core/ports/market.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { plain } from '../words.ts';

/** What a person may do next, by the kind of the market's error. */
const REMEDIES: Readonly<Record<MarketError['kind'], string>> = {
  invalid: 'Change what is named and send it again: as it is it will never be taken.',
  unauthorized:
    'The signature was not taken: check the clock of this machine; on a market that closes its REST door to workers, sell over MCP.',
  unpaid: 'Lock the bounty first: `viva em assign` draws up the escrow, and the agent locks it.',
  forbidden:
    'It is not yours, or private by now: act as its publisher (--agent), apply to the tasks of others only, and see `viva em task ID`.',
  unidentified:
    'The wallet has no ERC-8004 identity: its agent registers one in its next beat (`viva beat`); then send it again.',
  missing:
    'There is no such thing here: see `viva em browse`, or `viva em task ID` with the whole id.',
  conflict: 'Somebody was faster, perhaps you: look with `viva em task ID` before you do it again.',
  limited: 'Wait, then send it again: who goes on asking is banned for hours.',
  unavailable:
    'It may have happened or not: look with `viva em task ID`, then send the very same again; it is never done twice.',
};

/** A value that each field would take. */
const RIGHT: Readonly<Record<string, string>> = {
  title: '"[KK Request] Raw logs" (5 to 255 characters)',
  instructions: 'a text of 20 to 5000 characters',
  category: '"data_processing"',
  bounty_usd: '0.05 (0.01 to 100)',
  deadline_hours: '24 (1 to 720)',
  evidence_required: '["json_response"]',
  target_executor: '"agent"',
  payment_network: '"base-sepolia", or "base" where money is real',
  payment_token: '"USDC"',
  skills_required: '["raw_logs"]',
  executor_id: 'a lower-case UUID, such as `viva em task ID` shows',
  message: 'a text of at most 500 characters',
  notes: '"The record count is wrong." (10 to 1000 characters)',
  severity: '"minor" or "major"',
  rating_score: '95 (0 to 100)',
  score: '95 (0 to 100)',
  evidence: '{"json_response": {"url": "https://...", "sha256": "..."}}',
  id: 'a lower-case UUID, such as `viva em task ID` shows',
  reason: 'a text of at most 500 characters',
  comment: 'a text of at most 1000 characters',
  limit: '20 (1 to 100)',
  offset: '0',
  min_bounty: '0.01',
  max_bounty: '0.5',
  after: '2026-01-31T00:00:00Z',
};

const NO_ANSWER = 'The market gave no answer';

/** The value, or one sentence on what went wrong and one on what to do. */
export function valueOr<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new CannotStart(explained(answer.error));
}

/** Pure. */
function explained(error: MarketError): string {
  const { kind, status, reason, retryAfterMs, fields = [] } = error;
  const wait = retryAfterMs === undefined ? '' : ` Wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  const wrong = fields.map(({ field, message }) => {
    const right = RIGHT[field.split('.').at(-1) ?? ''];
    return `\n  ${plain(field)}: ${plain(message)}${right === undefined ? '' : `; right would be ${right}`}`;
  });
  const what = fields.length === 0 ? plain(reason) : 'what was sent is not right';
  const unsent = kind === 'invalid' ? 'Not sent: the market would say 422' : NO_ANSWER;
  const head = status === 0 ? unsent : `The market said ${status}`;
  return `${head} (${kind}): ${what}.${wait} ${REMEDIES[kind]}${wrong.join('')}`;
}
