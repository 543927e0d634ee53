import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

export type OnLog = (functionName: string, line: string) => void;

/** Lines of functions and tasks: to `<dir>/logs/<name>.log` and to whoever listens. */
export interface Logs {
  readonly onLog: OnLog;
  readonly close: () => Promise<void>;
}

export function openLogs(dir: string, listener: OnLog = () => undefined): Logs {
  const folder = join(dir, 'logs');
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, WriteStream>();

  function fileOf(name: string): WriteStream {
    const open = files.get(name);
    if (open) return open;
    const file = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
    // a full disk must not end the cloud because of a log line; the listener still has it
    file.on('error', () => undefined);
    files.set(name, file);
    return file;
  }

  return {
    onLog: (name, line) => {
      fileOf(name).write(`${line}\n`);
      listener(name, line);
    },
    close: async () => {
      await Promise.all(
        [...files.values()].map(
          (file) =>
            new Promise<void>((resolve) =>
              file.end(() => {
                resolve();
              }),
            ),
        ),
      );
    },
  };
}
