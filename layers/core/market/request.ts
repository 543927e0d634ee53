import { Generation } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { BountyRequest, Task } from '../ports/market.ts';

const CORPUS_SKILL = 'corpus:';
const DEADLINE_HOURS = 24;

/** The bounty that asks for one product of one generation. Counts in the text are the checks that a delivery must pass. */
export function requestFor(
  product: Product,
  generation: Generation,
  agent: AgentId,
): BountyRequest {
  const { title, price, minimumRecords, skill } = PRODUCTS[product];
  return {
    title: `[KK Request] ${title} of corpus ${generation}`,
    instructions:
      `Deliver product ${product} made of corpus ${generation} as gzip NDJSON behind a stable delivery URL, with sha256, ` +
      `bytes, record count, date range and input versions in json_response. At least ${minimumRecords} records. ` +
      'Hash, count and schema are checked before approval.',
    bounty: price,
    deadlineHours: DEADLINE_HOURS,
    skills: [skill, CORPUS_SKILL + generation],
    agentName: agent,
  };
}

/** Key under which the market makes this bounty at most once. */
export function idempotencyKey(
  agent: AgentId,
  wanted: { readonly product: Product; readonly generation: Generation; readonly attempt: number },
): string {
  return `${agent}:${wanted.product}:${wanted.generation}:${wanted.attempt}`;
}

/** The generation that a task asks for; undefined when it names none (then the newest will do) or names nonsense. */
export function generationOf(task: Task): Generation | undefined {
  const skill = task.skills.find((entry) => entry.startsWith(CORPUS_SKILL));
  return Generation.safeParse(skill?.slice(CORPUS_SKILL.length)).data;
}
