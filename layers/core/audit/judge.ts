import type { AuditOrder, Verdict } from '#contract/verdict.ts';
/** What the checks of a delivery came to. `bad`: it is not what was promised; `reason` is a word, `detail` a sentence. */
export type Checked =
  | { readonly kind: 'good'; readonly records: number; readonly score: number }
  | { readonly kind: 'bad'; readonly reason: string; readonly detail: string };

/** Something that is held against goods which hold their form: a word, a sentence, and what it takes off 100. */
export interface Finding {
  readonly reason: string;
  readonly detail: string;
  readonly cost: number;
}

export interface Facts {
  readonly checked: Checked;
  /** What is odd about them in themselves, and beside what was sold before. */
  readonly oddities: readonly Finding[];
  /** What their source says: `undefined` when it was not asked. What it confirms is not odd. */
  readonly unconfirmed?: readonly Finding[] | undefined;
  /** Version of the corpus that is collected now, and of each product as it is made of that; empty when there is none. */
  readonly current: ReadonlyMap<string, string>;
  /** ISO time of the verdict. */
  readonly at: string;
}

/** Taken off for goods that rest on an older corpus than there is. */
const STALE_COST = 15;

/** The verdict on one delivery: 0 for what is not as promised, else 100 less what is odd about it. Pure. */
export function judge(order: AuditOrder, facts: Facts): Verdict {
  const { id, taskId, seller, evidence } = order;
  const { product, sha256 } = evidence;
  const { checked, at } = facts;
  const about = { id, taskId, seller, product, sha256, at };
  if (order.claimed !== undefined && order.claimed !== sha256) {
    const reasons = [`wrong-hash: ${order.claimed} was claimed, ${sha256} was handed over`];
    return { ...about, records: 0, score: 0, reasons };
  }
  if (checked.kind === 'bad')
    return { ...about, records: 0, score: 0, reasons: [`${checked.reason}: ${checked.detail}`] };

  const held = [...hollow(checked.score), ...doubts(facts), ...stale(order, facts)];
  const cost = held.reduce((sum, one) => sum + one.cost, 0);
  return {
    ...about,
    records: checked.records,
    score: Math.max(0, 100 - cost),
    reasons: held.map(({ reason, detail }) => `${reason}: ${detail}`),
  };
}

function doubts({ unconfirmed, oddities }: Facts): readonly Finding[] {
  if (unconfirmed === undefined) return oddities;
  return unconfirmed.length === 0 ? [] : [...unconfirmed, ...oddities];
}

function hollow(score: number): readonly Finding[] {
  const cost = 100 - score;
  return cost === 0
    ? []
    : [{ reason: 'hollow', detail: 'some records are valid and say nothing', cost }];
}

function stale({ evidence: { inputs } }: AuditOrder, { current }: Facts): readonly Finding[] {
  const old = inputs.find(({ product, version }) => (current.get(product) ?? version) !== version);
  if (old === undefined) return [];
  const newest = current.get(old.product)?.slice(0, 16) ?? '';
  const detail = `it rests on ${old.product} ${old.version.slice(0, 16)}, ${newest} is the newest`;
  return [{ reason: 'stale', detail, cost: STALE_COST }];
}
