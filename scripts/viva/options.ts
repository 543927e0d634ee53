import { InvalidArgumentError } from 'commander';

/** Where a local economy keeps its state. */
export const STATE_DIR = '.viva';

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`${text} should be a whole number.`);
  return Number(text);
}
