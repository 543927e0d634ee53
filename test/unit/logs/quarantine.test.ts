import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { QuarantineEntry } from '#contract/log-record.ts';
import { agent, collectAll, house, manifestOf, messagesOf, upload } from './house.ts';

describe('quarantine', () => {
  it('says for everything unreadable where it stands and why', async () => {
    const services = house();
    const torn = gzipSync('[10:00] <ada> x\n'.repeat(3)).subarray(0, -12);
    await collectAll(services, [
      [
        upload(services, '2005-02-08.txt', '[10:00] <ada> x\nodd \u0001\\ line\n'),
        upload(services, '2005-02-09.txt', ''),
        upload(services, '2005-02-10.txt.gz', gzipSync('[10:00] <ada> zipped\n')),
        upload(services, '2005-02-11.txt.gz', torn),
      ],
    ]);
    const entries = (source: string) =>
      new TextDecoder()
        .decode(services.objects.stored.get(`${agent}/quarantine/${source}.ndjson`))
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => QuarantineEntry.parse(JSON.parse(text)));

    expect(entries('2005-02-08.txt')).toEqual([
      {
        file: '2005-02-08.txt',
        offset: 16,
        line: 2,
        reason: 'the line has no time [HH:MM] or [HH:MM:SS]',
        head: 'odd \\x01\\\\ line',
      },
    ]);
    expect(entries('2005-02-09.txt')).toMatchObject([{ reason: 'the file is empty' }]);
    expect(entries('2005-02-11.txt.gz').map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('gzip'),
    );
    expect(manifestOf(services)).toMatchObject({ sources: 4, quarantinedSources: 1 });
    expect((await messagesOf(services)).slice(0, 2).map(({ text }) => text)).toEqual([
      'x',
      'zipped',
    ]);
  });

  it('empties the quarantine of a source that was mended', async () => {
    const services = house();
    for (const version of [
      { sequence: '1', content: 'odd\n[10:00] <ada> x\n' },
      { sequence: '2', content: '[10:00] <ada> x\n' },
    ]) {
      await collectAll(services, [[upload(services, '2005-02-08.txt', version)]]);
    }

    expect(services.objects.stored.get(`${agent}/quarantine/2005-02-08.txt.ndjson`)).toHaveLength(
      0,
    );
    expect(services.pointers.pointers.get(agent)?.quarantined).toBe(0);
  });
});
