import { LogRecord } from '#contract/log-record.ts';

/** One message as it is stored: JSON with the fields of LogRecord in their order, without line end. The same message is the same text. */
export type RecordLine = string;

export function recordLine({ ts, user, text, kind }: LogRecord): RecordLine {
  return JSON.stringify({ ts, user, text, kind });
}

export function parseRecordLine(line: RecordLine): LogRecord {
  return LogRecord.parse(JSON.parse(line));
}
