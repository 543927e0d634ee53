import { objectKey } from '#contract/keys.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { copiesIn, type Heard, readText } from './counts.ts';
import type { Place } from './place.ts';

/** What the log's objects hold; a line that several hold is one line, as the collector has it: by its time, its speaker and its text. */
export async function logged({ objects }: Place): Promise<readonly Heard[]> {
  const seen = new Map<string, Heard>();
  for await (const { key } of objects.list(objectKey.log(COLLECTOR, 'irc/'))) {
    const body = new TextDecoder().decode(await objects.read(key));
    for (const [line, copies] of copiesIn(body)) {
      const before = seen.get(line)?.copies ?? 0;
      if (copies > before) seen.set(line, { ...readText(contentOf(line)), copies });
    }
  }
  return [...seen.values()].flatMap((heard) => Array<Heard>(heard.copies ?? 1).fill(heard));
}

/** What lies in an agent's inbox. */
export async function noted({ inbox }: Place, agentId: string): Promise<readonly Heard[]> {
  return (await inbox(agentId)).map(({ text }) => readText(String(text)));
}

function contentOf(line: string): string {
  return String(/"content":"([^"]*)"/.exec(line)?.[1]);
}
