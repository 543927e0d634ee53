import { stdout } from 'node:process';

/** What an event's line says besides the event, or the error that it is about. */
export type Keys = object;
export type Level = 'info' | 'warn' | 'error';
export type Log = Readonly<Record<Level, (event: string, keys?: Keys) => void>>;

/** Takes one line without its end. */
export type Print = (line: string) => void;

export const print: Print = (line) => {
  stdout.write(`${line}\n`);
};

/**
 * One room's log: JSON lines on stdout, as CloudWatch reads them, each an event word (`message`) and its keys; `level` in capitals, `service` is the
 * room. An error has its name, message, stack and cause.
 */
export function createLog(room: string, out: Print = print): Log {
  const at =
    (level: Uppercase<Level>) =>
    (event: string, keys: Keys = {}): void => {
      const said = keys instanceof Error ? { error: keys } : keys;
      const line = { level, message: event, timestamp: new Date().toISOString(), service: room };
      out(JSON.stringify({ ...line, ...said, ...line }, plain));
    };
  return { info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}

/** JSON knows neither errors nor whole numbers of any size. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  // nothing else: what a client hangs on its errors has circles and answers in it
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause instanceof Error && { cause }) };
}
