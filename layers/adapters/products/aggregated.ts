import type { Aggregated } from '#contract/aggregated.ts';
import type { LogRecord } from '#contract/log-record.ts';

const BATCH = 64 * 1024;

/** The text of one `aggregated.json` out of the records of raw_logs, in their order. Holds a batch of text and the names of the days. */
export async function* aggregated(records: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  const days = new Set<string>();
  let count = 0;
  let newest = '';
  let batch = '{"messages":[';
  for await (const { ts, user, text } of records) {
    const date = ts.slice(0, 10);
    const message = { ts, user, message: text, source: 'corpus', date } as const satisfies Message;
    batch += `${count === 0 ? '\n' : ',\n'}${JSON.stringify(message)}`;
    days.add(date);
    count += 1;
    if (ts > newest) newest = ts;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = '';
  }
  const dates = [...days].toSorted();
  const stats = {
    total_messages: count,
    date_count: dates.length,
    dates,
    last_updated: count === 0 ? null : newest,
  } satisfies Aggregated['stats'];
  yield `${batch}\n],"stats":${JSON.stringify(stats)}}\n`;
}

type Message = Aggregated['messages'][number];
