import { addressed } from './address.ts';
import { fold, words } from './text.ts';

/** One message, read: to whom, and its words without the address. */
export interface Read {
  readonly nicks: readonly string[];
  /** Without the address; as it was said, and folded. */
  readonly text: string;
  readonly folded: string;
  readonly tokens: readonly string[];
}

/** Pure. */
export function read(whole: string): Read {
  const { nicks, text } = addressed(whole);
  const folded = fold(text);
  return { nicks, text, folded, tokens: words(folded) };
}
