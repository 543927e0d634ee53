import { LogRecord } from '#contract/log-record.ts';

/** One message as it is stored: JSON with the fields of LogRecord in their order, without line end. The same message is the same text. */
export type RecordLine = string;

const TS_START = '{"ts":"'.length;
const TS_END = TS_START + '2005-02-08T09:14:00Z'.length;

export function recordLine({ ts, user, text, kind }: LogRecord): RecordLine {
  return JSON.stringify({ ts, user, text, kind });
}

export function parseRecordLine(line: RecordLine): LogRecord {
  return LogRecord.parse(JSON.parse(line));
}

export function tsOf(line: RecordLine): string {
  return line.slice(TS_START, TS_END);
}

/** `YYYY-MM-DD`, UTC. */
export function dayOf(line: RecordLine): string {
  return line.slice(TS_START, TS_START + 10);
}

/** (ts, user, text): what makes two messages of different sources the same. */
export function identityOf(line: RecordLine): string {
  return line.slice(0, line.lastIndexOf(',"kind":'));
}
