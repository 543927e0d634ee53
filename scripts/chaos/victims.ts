import { type Process, roleOf } from './processes.ts';

/** Whom to kill next. `group`: the whole process group with everything in it. */
export interface Victim {
  readonly kind: 'room' | 'anvil' | 'main' | 'group';
  readonly pid: number;
  readonly name: string;
}

/** How often each kind is meant, in parts of 100; what is not there at the moment is not drawn. */
const WEIGHTS: Readonly<Record<Victim['kind'], number>> = {
  room: 60,
  anvil: 12,
  main: 14,
  group: 14,
};

/**
 * Draws a victim among the processes of an economy whose process group is `group`; `roll` gives numbers in [0, 1). The kind is drawn
 * first, so that one anvil is met as often as it should be among thirty rooms; then the room, then one of its processes.
 */
export function draw(processes: readonly Process[], group: number, roll: () => number): Victim {
  const found = processes.flatMap((one) => {
    const role = one.group === group ? roleOf(one) : undefined;
    return role === undefined || role.kind === 'main' ? [] : [{ ...role, pid: one.pid }];
  });
  const all: readonly Victim[] = [
    ...found,
    { kind: 'main', pid: group, name: 'the main process' },
    { kind: 'group', pid: -group, name: 'the whole process group' },
  ];
  const kind = weighted([...new Set(all.map((one) => one.kind))], roll());
  const names = [...new Set(all.filter((one) => one.kind === kind).map(({ name }) => name))].sort();
  const name = pick(names, roll());
  return pick(
    all.filter((one) => one.kind === kind && one.name === name),
    roll(),
  );
}

function weighted(kinds: readonly Victim['kind'][], roll: number): Victim['kind'] {
  let left = roll * kinds.reduce((total, kind) => total + WEIGHTS[kind], 0);
  for (const kind of kinds) {
    left -= WEIGHTS[kind];
    if (left < 0) return kind;
  }
  return 'group';
}

function pick<T>(items: readonly T[], roll: number): T {
  const item = items[Math.floor(roll * items.length)];
  if (item === undefined) throw new Error('There is nothing to draw from.');
  return item;
}
