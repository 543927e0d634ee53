import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LineArena } from '#core/logs/line-arena.ts';
import { LogParser } from '#core/logs/parse.ts';
import { Tally } from '#core/logs/tally.ts';
import { clockOf } from '#core/logs/time.ts';

const LOGS = fileURLToPath(new URL('../../../../shared/data/ubuntu-irc', import.meta.url));
const isThere = existsSync(LOGS);
if (!isThere) process.stderr.write(`SKIPPED: every line of real IRC logs: ${LOGS} is absent\n`);

/** What a person would take for something said, by the plainest of patterns. */
const SAID = /^\[\d\d:\d\d\] +(?:<[^>]+>|\* +[^ ]+ |-[^ ]+-|\([^)]*\))[ \t]*[^ \t\r]/;

describe.skipIf(!isThere)(`every line of real IRC logs (${isThere ? 'found' : 'absent'})`, () => {
  it('is a message where a person sees one, and else counted as none; not one is lost or quarantined', () => {
    let all = 0;
    const arena = new LineArena(1024);
    for (const name of readdirSync(LOGS)) {
      const bytes = readFileSync(join(LOGS, name));
      const tally = new Tally(name, arena);
      const parser = new LogParser(name, clockOf('UTC'), tally);
      parser.push(bytes);
      tally.bytesEnd();
      parser.end();
      const lines = bytes.toString('latin1').replace(/\n$/, '').split('\n');
      const messages = lines.filter((line) => SAID.test(line)).length;
      const notMessages = lines.length - messages;
      const read = lines.length;
      expect(tally.counts, name).toMatchObject({ read, messages, notMessages, quarantined: 0 });
      expect(arena.count, name).toBe(messages);
      arena.clear();
      all += read;
    }
    expect(all).toBeGreaterThanOrEqual(220_463);
  });
});
