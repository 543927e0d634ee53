import type { ProductRecord } from '#contract/profiles.ts';

/** A record with its texts and lists cut short. */
export type Glimpse = Record<string, unknown>;

const MOST_RECORDS = 3;
const MOST_BYTES = 2_048;
/** How much of a text and of a list is shown, the first of these that fits. */
const CUTS = [
  { characters: 160, items: 3 },
  { characters: 60, items: 2 },
  { characters: 16, items: 1 },
] as const;
const DEEPEST = 4;

type Cut = (typeof CUTS)[number];

/**
 * A few records, shortened, as a buyer may see them before paying: the first three that fit, and never more than half of what is
 * sold, for few records may be all of it. Each is at most 2 KiB as JSON; a longer one that cannot be shortened is left out.
 */
export class Sample {
  readonly #shown: Glimpse[] = [];

  add(record: ProductRecord): void {
    if (this.#shown.length === MOST_RECORDS) return;
    const glimpse = glimpseOf(record);
    if (glimpse !== undefined) this.#shown.push(glimpse);
  }

  of(records: number): Glimpse[] {
    return this.#shown.slice(0, Math.floor(records / 2));
  }
}

/** Pure. Undefined when nothing short enough is left of it. */
export function glimpseOf(record: object): Glimpse | undefined {
  return CUTS.map((cut) => shortFields(record, cut, 0)).find(isShort);
}

function isShort(value: unknown): boolean {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength <= MOST_BYTES;
}

function shortened(value: unknown, cut: Cut, depth: number): unknown {
  if (typeof value === 'string') return shortText(value, cut.characters);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value))
    return value.slice(0, cut.items).map((item) => shortened(item, cut, depth + 1));
  return shortFields(value, cut, depth);
}

function shortFields(value: object, cut: Cut, depth: number): Glimpse {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, shortened(item, cut, depth + 1)]),
  );
}

/** Cut between code points: half a pair is no text. */
function shortText(text: string, characters: number): string {
  const points = Array.from(text.slice(0, 2 * characters + 1));
  return points.length <= characters ? text : `${points.slice(0, characters).join('')}…`;
}
