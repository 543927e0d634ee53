import { styleText } from 'node:util';
import { CannotStart } from '../local/cloud/cannot-start.ts';

type Style = Parameters<typeof styleText>[0];

/** Colour on a terminal only; NO_COLOR is honoured by Node itself. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(style, text, { stream });
}

/** Rows as aligned columns; the last column may be as wide as it likes. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_name, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [first = '', ...rest] = lines;
  return [paint('bold', first), ...rest].join('\n');
}

/** Prints for people or, with `--json`, for machines: then one JSON value and nothing else. */
export function print(isJson: boolean, value: unknown, text: () => string): void {
  console.log(isJson ? JSON.stringify(value) : text());
}

/** One sentence on stderr and exit code 1 for what a person can mend; anything else is a bug and keeps its stack. */
export function fail(error: unknown): void {
  process.exitCode = 1;
  console.error(error instanceof CannotStart ? error.message : error);
}
