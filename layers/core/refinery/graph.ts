import { rankOf } from './bottom-k.ts';
import type { Exchange, Exchanges } from './exchanges.ts';

/** Shortest paths are counted from this many people: an estimate that costs pivots x (people + pairs), whatever the log's size. */
const MOST_PIVOTS = 128;

/** Where someone stands among those who name each other. */
export interface Place {
  /** Messages to people of the log, and from them. */
  readonly addresses: number;
  readonly addressed: number;
  readonly partnersOut: number;
  readonly partnersIn: number;
  /** Partners in both directions: named, and naming back. */
  readonly mutual: number;
  readonly partners: number;
  /** Share of connected people who stand on fewer shortest paths (Brandes, https://doi.org/10.1080/0022250X.2001.9990249). */
  readonly betweenness: number;
}

/** The place of each person, by user. Names are resolved here, when everybody is known: no order of messages changes them. */
export function placesOf(exchanges: Exchanges): ReadonlyMap<string, Place> {
  const { users } = exchanges;
  const neighbours = users.map((_, at) => {
    const partners = [...exchanges.from(at), ...exchanges.to(at)];
    return [...new Set(partners.map((partner) => partner.with))].sort((a, b) => a - b);
  });
  const ranks = shareBelow(betweenness(neighbours, pivots(users, neighbours)), neighbours);
  return new Map(
    users.map((user, at): [string, Place] => [
      user,
      placeOf(exchanges.from(at), exchanges.to(at), ranks[at] ?? 0),
    ]),
  );
}

/** Who is next to whom, by place. */
type Neighbours = readonly (readonly number[])[];

/** Those with partners, the smallest hashes first: the same people whatever the order. */
function pivots(users: readonly string[], neighbours: Neighbours): number[] {
  return users
    .map((user, at) => ({ at, rank: rankOf(user) }))
    .filter(({ at }) => (neighbours[at]?.length ?? 0) > 0)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .slice(0, MOST_PIVOTS)
    .map(({ at }) => at);
}

/** Dependencies summed over shortest paths from `sources` to everyone. */
function betweenness(neighbours: Neighbours, sources: readonly number[]): Float64Array {
  const size = neighbours.length;
  const total = new Float64Array(size);
  const room = {
    distance: new Int32Array(size),
    paths: new Float64Array(size),
    share: new Float64Array(size),
    order: new Int32Array(size),
  };
  for (const source of sources) {
    const reached = spread(neighbours, source, room);
    gather(neighbours, reached, room);
    for (let at = 1; at < reached; at += 1) {
      const node = room.order[at] ?? 0;
      total[node] = (total[node] ?? 0) + (room.share[node] ?? 0);
    }
  }
  return total;
}

interface Room {
  /** Steps from the source, from 1; 0 for whom it does not reach. */
  readonly distance: Int32Array;
  readonly paths: Float64Array;
  readonly share: Float64Array;
  /** In the order in which they are reached. */
  readonly order: Int32Array;
}

/** Breadth first from `source`: counts shortest paths. Returns how many people are reached. */
function spread(neighbours: Neighbours, source: number, room: Room): number {
  const { distance, paths, share, order } = room;
  distance.fill(0);
  paths.fill(0);
  share.fill(0);
  distance[source] = 1;
  paths[source] = 1;
  order[0] = source;
  let reached = 1;
  for (let at = 0; at < reached; at += 1) {
    const from = order[at] ?? 0;
    const next = (distance[from] ?? 0) + 1;
    for (const to of neighbours[from] ?? []) {
      if (distance[to] === 0) {
        distance[to] = next;
        order[reached] = to;
        reached += 1;
      }
      if (distance[to] === next) paths[to] = (paths[to] ?? 0) + (paths[from] ?? 0);
    }
  }
  return reached;
}

/** Farthest first: each passes what depends on it to those before it on its shortest paths. */
function gather(neighbours: Neighbours, reached: number, room: Room): void {
  const { distance, paths, share, order } = room;
  for (let at = reached - 1; at > 0; at -= 1) {
    const node = order[at] ?? 0;
    const passed = (1 + valueAt(share, node)) / valueAt(paths, node);
    const before = valueAt(distance, node) - 1;
    for (const to of neighbours[node] ?? []) {
      if (distance[to] === before) share[to] = valueAt(share, to) + valueAt(paths, to) * passed;
    }
  }
}

function valueAt(values: Int32Array | Float64Array, at: number): number {
  return values[at] ?? 0;
}

/** For each, the share of connected people whose value is lower. */
function shareBelow(values: Float64Array, neighbours: Neighbours): number[] {
  const sorted = values.filter((_, at) => (neighbours[at]?.length ?? 0) > 0).sort();
  return [...values].map((value, at) =>
    (neighbours[at]?.length ?? 0) === 0 ? 0 : placeIn(sorted, value) / sorted.length,
  );
}

function placeIn(sorted: Float64Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function placeOf(out: readonly Exchange[], into: readonly Exchange[], betweenness: number): Place {
  const naming = new Set(into.map((one) => one.with));
  const mutual = out.filter((one) => naming.has(one.with)).length;
  return {
    addresses: sum(out),
    addressed: sum(into),
    partnersOut: out.length,
    partnersIn: into.length,
    mutual,
    partners: out.length + into.length - mutual,
    betweenness,
  };
}

function sum(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((total, { count }) => total + count, 0);
}
