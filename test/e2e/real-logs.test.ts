import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePortBase } from '../../scripts/chaos/free-ports.ts';
import { aFolder } from '../support/folders.ts';
import { EIGHT, reportIn, run, trades } from './viva.ts';

const LOGS = fileURLToPath(new URL('../../../shared/data/ubuntu-irc', import.meta.url));
const isThere = existsSync(LOGS);
if (!isThere) process.stderr.write(`SKIPPED: the proof on real IRC logs: ${LOGS} is absent\n`);

describe.skipIf(!isThere)(
  `the proof on 153 real IRC logs (${isThere ? 'found' : 'absent'})`,
  () => {
    it('collects every message and settles the eight deals in rooms below 256 MB', async () => {
      const dir = join(aFolder(), 'state');
      const at = ['--dir', dir, '--port-base', String(await freePortBase())];
      const ended = await run('viva.ts', [
        'up',
        '--fresh',
        '--once',
        '--json',
        '--logs',
        LOGS,
        ...at,
      ]);
      const report = reportIn(ended);
      expect(report).toMatchObject({ ok: true, errors: [] });
      expect(ended.code).toBe(0);
      expect(report.corpus).toMatchObject({ files: 153, quarantined: 0 });
      expect(report.corpus.messages).toBeGreaterThanOrEqual(196_123);
      expect(trades(report)).toEqual(EIGHT);
      for (const [room, peakMb] of Object.entries(report.memory.roomPeakMb))
        expect(peakMb, room).toBeLessThan(256);
    });
  },
);
