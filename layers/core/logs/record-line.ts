import { LogRecord } from '#contract/log-record.ts';

/** One message as it is stored: JSON with the fields of LogRecord in their order, without line end. The same message is the same text. */
type RecordLine = string;

export function parseRecordLine(line: RecordLine): LogRecord {
  return LogRecord.parse(JSON.parse(line));
}
