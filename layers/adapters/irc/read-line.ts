import * as z from 'zod';
import { IrcLine, IrcOrder } from '#contract/irc-line.ts';
import { oneLine } from '#core/talk/text.ts';

const Versioned = z.object({ v: z.number() });

/** What a message of the queue asks for, or why it asks for nothing. */
export type Asked =
  | { readonly line: IrcLine }
  | { readonly order: IrcOrder }
  | { readonly flaw: string };

export function readLine(body: string): Asked {
  const json = parseJson(body);
  const order = IrcOrder.safeParse(json);
  if (order.success) return { order: order.data };
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
