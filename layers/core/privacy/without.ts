import type { LogRecord } from '#contract/log-record.ts';
import { addressIn, withNames } from './names.ts';
import { foldName } from './nick.ts';

/** What stands for a name that was taken out: no word, no nick. */
const GONE = '…';

/**
 * The messages without those of the people named, and without their names in what others say: an address to them is cut, a mention
 * of them is an ellipsis. A nick that is also a word of the lexicons is taken out only where it is marked as a nick. The order and everything
 * else stays. Nicks are as foldName makes them; those of the people whose messages were dropped are added to `leftOut`.
 */
export async function* without(
  records: AsyncIterable<LogRecord>,
  nicks: ReadonlySet<string>,
  leftOut: Set<string>,
): AsyncGenerator<LogRecord> {
  if (nicks.size === 0) {
    yield* records;
    return;
  }
  for await (const record of records) {
    const user = foldName(record.user);
    if (nicks.has(user)) leftOut.add(user);
    else yield { ...record, text: nameless(record.text, nicks) };
  }
}

/** Pure. */
function nameless(text: string, nicks: ReadonlySet<string>): string {
  return withNames(unaddressed(text, nicks), (name) =>
    nicks.has(foldName(name)) ? GONE : undefined,
  );
}

/** As often as it takes: `ana: bob: yes` is for both. */
function unaddressed(text: string, nicks: ReadonlySet<string>): string {
  let rest = text;
  for (;;) {
    const address = addressIn(rest);
    if (address === undefined || !nicks.has(foldName(address.name))) return rest;
    rest = address.space + address.rest;
  }
}
