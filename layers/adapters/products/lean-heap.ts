import { setFlagsFromString } from 'node:v8';

/** By how much the heap may grow over what is in use before it is collected, in percent. V8's own choice is up to 300. */
const GROWTH = 30;
let isLean = false;

/**
 * Keeps this process's heap close to what is in use. A refinery remembers tens of megabytes and makes gigabytes of garbage: left to itself
 * V8 lets the heap grow to several times the state. It costs time for collections, and may be asked for at any time.
 */
export function keepHeapLean(): void {
  if (isLean) return;
  isLean = true;
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
