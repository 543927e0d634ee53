import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const FLAGS = [
  // over what is in use before it is collected, in percent; V8's own choice is up to 300
  '--heap-growing-percent=30',
  // marked in steps, half as much garbage again piles up meanwhile, for a fifth more CPU; and nobody waits for a pause here
  '--no-incremental-marking',
  // of a young generation of some megabytes the threads' own work is more than they spare
  '--no-parallel-scavenge',
];
let isLean = false;

/**
 * Keeps this process's heap close to what is in use. A refinery remembers tens of megabytes and makes gigabytes of garbage: left to itself
 * V8 lets the heap grow to several times the state. It may be asked for at any time.
 */
export function keepHeapLean(): void {
  if (isLean) return;
  isLean = true;
  for (const flag of FLAGS) setFlagsFromString(flag);
}

/**
 * Collects all garbage, and gives the pages of it back to the system: V8 keeps them in a pool otherwise, 70 MB and more when a state of
 * tens of megabytes has been let go. It takes some tenths of a second.
 */
export function emptyHeap(): void {
  setFlagsFromString('--expose-gc');
  // a program has no other way to ask; `last-resort` is what V8 does itself before it runs out of memory
  runInNewContext("gc({ type: 'major', flavor: 'last-resort' })");
}
