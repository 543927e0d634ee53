import { endOf, HEAD_BYTES, sizesOf, textAt } from './packed.ts';
import type { Taken } from './taken.ts';

/** Up to so many messages of one second are compared each with each. */
const FEW = 24;

/** Lines in order of (second, source, position): `order` holds their places among those taken. */
interface Sorted {
  readonly packed: DataView;
  readonly taken: Taken;
  readonly order: Uint32Array;
}

/** Moves to the front of `order` what stays; gives its number. */
export function withoutCopies(sorted: Sorted): number {
  const { order } = sorted;
  let kept = 0;
  for (let from = 0; from < order.length; ) {
    const to = endOfSecond(sorted, from);
    const stay = isOfOne(sorted, from, to - 1) ? undefined : keepers(sorted, from, to);
    for (let index = from; index < to; index += 1) {
      if (stay?.has(index) === false) continue;
      order[kept] = order[index] ?? 0;
      kept += 1;
    }
    from = to;
  }
  return kept;
}

function endOfSecond({ taken: { seconds }, order }: Sorted, from: number): number {
  const second = seconds[order[from] ?? 0];
  let to = from + 1;
  while (to < order.length && seconds[order[to] ?? 0] === second) to += 1;
  return to;
}

/** Those of one second stand in order of source. */
function isOfOne({ taken: { sources }, order }: Sorted, first: number, last: number): boolean {
  return first === last || sources[order[first] ?? 0] === sources[order[last] ?? 0];
}

/** The indices of those of one second that stay; undefined when all do. */
function keepers(sorted: Sorted, from: number, to: number): Set<number> | undefined {
  if (!hasCopies(sorted, from, to)) return undefined;
  const stay = new Set<number>();
  for (const groups of alike(sorted, from, to)) {
    const most = groups.reduce((best, group) => (group.at.length > best.at.length ? group : best));
    for (const index of most.at) stay.add(index);
  }
  return stay;
}

/** The indices of one source that say the same. */
interface Group {
  readonly source: number;
  readonly at: number[];
}

/** For each thing said, who said it, in order of source. */
function alike({ packed, taken, order }: Sorted, from: number, to: number): Iterable<Group[]> {
  const byIdentity = new Map<string, Group[]>();
  for (let index = from; index < to; index += 1) {
    const place = order[index] ?? 0;
    const source = taken.sources[place] ?? 0;
    const identity = identityOf(packed, taken.starts[place] ?? 0);
    const groups = byIdentity.get(identity) ?? [];
    byIdentity.set(identity, groups);
    const own = groups.at(-1);
    // in order of place, so those of one source stand together
    if (own?.source === source) own.at.push(index);
    else groups.push({ source, at: [index] });
  }
  return byIdentity.values();
}

/** Whether two sources may have said the same within `from` to `to`, which are of one second. */
function hasCopies({ packed, taken, order }: Sorted, from: number, to: number): boolean {
  if (to - from > FEW) return true;
  const { sources, starts } = taken;
  for (let a = from; a < to; a += 1) {
    const place = order[a] ?? 0;
    for (let b = a + 1; b < to; b += 1) {
      const other = order[b] ?? 0;
      if (
        sources[place] !== sources[other] &&
        isCopy(packed, starts[place] ?? 0, starts[other] ?? 0)
      )
        return true;
    }
  }
  return false;
}

/** Equal name and text, whatever the kind. */
function isCopy(packed: DataView, a: number, b: number): boolean {
  if (sizesOf(packed, a) !== sizesOf(packed, b)) return false;
  const end = endOf(packed, a);
  const apart = b - a;
  for (let at = a + HEAD_BYTES; at < end; at += 1) {
    if (packed.getUint8(at) !== packed.getUint8(at + apart)) return false;
  }
  return true;
}

const utf8 = new TextDecoder();

/** Name and text; a quote that is not escaped stands in neither. */
function identityOf(packed: DataView, at: number): string {
  const text = textAt(packed, at);
  return `${decoded(packed, at + HEAD_BYTES, text)}"${decoded(packed, text, endOf(packed, at))}`;
}

function decoded(packed: DataView, from: number, to: number): string {
  return utf8.decode(new Uint8Array(packed.buffer, packed.byteOffset + from, to - from));
}
