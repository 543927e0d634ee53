import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const FLAGS = [
  // over what is in use before it is collected, in percent; V8's own choice is up to 300
  '--heap-growing-percent=30',
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
  // the limit is set by a collection, and the first would come when half of what the heap may hold is in use; a program has no other way to ask
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}
