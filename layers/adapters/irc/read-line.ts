import * as z from 'zod';
import { IrcLine } from '#contract/irc-line.ts';
import { oneLine } from '#core/talk/text.ts';

const Versioned = z.object({ v: z.number() });

/** The line in a message of the queue, or why there is none. */
export function readLine(
  body: string,
):
  | { readonly line: IrcLine; readonly flaw?: never }
  | { readonly line?: never; readonly flaw: string } {
  const json = parseJson(body);
  const line = IrcLine.safeParse(json);
  if (line.success) {
    return oneLine(line.data.text) === '' ? { flaw: 'the text is empty' } : { line: line.data };
  }
  const version = Versioned.safeParse(json).data?.v;
  return version === undefined || version === 1
    ? { flaw: `no line: ${z.prettifyError(line.error)}` }
    : { flaw: `a line of version ${version}, which this relay does not know` };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
