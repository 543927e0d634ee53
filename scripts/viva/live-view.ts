import * as z from 'zod';
import type { Intent } from '#contract/agent-state.ts';
import { formatUsdc } from '#contract/money.ts';
import type { Connection } from '../local/economy/connection.ts';
import { paint } from './output.ts';

/** The JSON line that the heartbeat room writes for each intent. */
const IntentLine = z.looseObject({
  message: z.literal('intent'),
  agentId: z.string(),
  intent: z.string(),
  result: z.enum(['done', 'later', 'failed', 'outrun']),
  reason: z.string().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

const VERBS: Readonly<Record<string, string>> = {
  'open-ledger': 'opened its ledger',
  register: 'registered at the market',
  identify: 'has its identity on the chain',
  publish: 'posted a bounty for',
  lock: 'locked the escrow of',
  assign: 'assigned the seller of',
  inspect: 'inspected the goods of',
  ask: 'asked for better goods of',
  'order-audit': 'ordered an audit of',
  'await-verdict': 'has the verdict on',
  approve: 'approved and paid',
  reject: 'sent back the goods of',
  reclaim: 'took back the money of',
  cancel: 'withdrew',
  'rate-seller': 'rated the seller of',
  refine: 'made',
  shelve: 'put on the shelf, under pseudonyms,',
  apply: 'applied for',
  deliver: 'delivered for',
  'rate-buyer': 'rated the buyer of',
  audit: 'signed',
  wake: 'woke',
  report: 'wrote the report of',
} satisfies Readonly<Record<Exclude<Intent['kind'], 'say'>, string>>;

/** The economy as a person sees it in a terminal: one line per thing done, everything to one stream. */
export class LiveView {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  addresses({ marketUrl, storefrontUrl, rpcUrl, irc, endpoints }: Connection): void {
    const rows: [string, string][] = [
      ['market', `${marketUrl}/api/v1/tasks/available`],
      ['storefront', storefrontUrl],
      ['chain', `${rpcUrl} (chain id 84532)`],
      ['IRC', `${irc.host}:${irc.port} #karmakadabra #execution-market`],
      ['S3', endpoints.s3],
    ];
    for (const [name, address] of rows)
      this.#write(`  ${paint('dim', name.padEnd(11))} ${address}`);
    this.#write('');
  }

  step(text: string): void {
    this.#write(paint('dim', `${clock()}  ${text}`));
  }

  irc({
    nick,
    channel,
    text,
  }: {
    readonly nick: string;
    readonly channel: string;
    readonly text: string;
  }): void {
    // hostile text from a channel must not drive the terminal
    const plain = text.replaceAll(/\p{Cc}/gu, ' ');
    this.#write(`${head('cyan', channel)}<${nick}> ${plain}`);
  }

  /** A line of a room's log; only what was done, and what went wrong, is worth a person's eye. */
  log(room: string, line: string): void {
    const entry = IntentLine.safeParse(parse(line)).data;
    if (entry !== undefined) this.#intent(entry);
    else if (line.includes('"level":"ERROR"'))
      this.#write(`${paint('dim', clock())}  ${paint('red', `${room}: ${line.slice(0, 400)}`)}`);
  }

  balances(rows: readonly { readonly id: string; readonly micro: bigint }[]): void {
    for (const { id, micro } of rows) this.#write(`  ${id.padEnd(20)} ${formatUsdc(micro)} USDC`);
  }

  #intent({ agentId, intent, result, ...why }: z.infer<typeof IntentLine>): void {
    const [kind = '', ...subject] = intent.split('#');
    const whereof = short(kind, subject);
    if (kind === 'say' || result === 'outrun') return;
    const begin = head('green', agentId);
    const what = `${kind} ${whereof}: ${why.error?.message ?? why.reason ?? ''}`;
    if (result === 'done') this.#write(begin + `${VERBS[kind] ?? kind} ${whereof}`.trimEnd());
    else if (result === 'failed') this.#write(begin + paint('red', `could not ${what}`));
    else this.#write(begin + paint('yellow', `waits to ${what}`));
  }
}

/** When, and who or where: as wide as the longest name of the roster. */
function head(style: 'cyan' | 'green', name: string): string {
  return `${paint('dim', clock())}  ${paint(style, name.padEnd(18))} `;
}

function short(kind: string, [subject = '', made]: readonly string[]): string {
  if (/^\d{4}-\d\d-\d\d$/.test(subject)) return subject;
  // who was woken, and for which silence
  if (subject.includes('@')) return subject.split('@')[0] ?? '';
  if (made !== undefined)
    return `${subject} ${kind === 'shelve' ? 'version' : 'of corpus'} ${made.slice(0, 8)}`;
  if (subject.startsWith('kk-')) return '';
  // tasks have UUIDs, verdicts bare hex
  return `${subject.includes('-') ? 'task' : 'verdict'} ${subject.slice(0, 8)}`;
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
