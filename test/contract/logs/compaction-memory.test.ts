import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { CorpusManifest, Segment } from '#contract/log-record.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { type Room, startRoom } from './room.ts';

const MIB = 1024 * 1024;
const DAY = '2005-02-08';
const SECONDS = 80_000;

let room: Room;
beforeAll(async () => {
  room = await startRoom();
});
afterAll(() => room.close());

/** A day of two sources that speak in turns, one line each second, as their collectors would leave it. */
async function writeDay(agent: AgentId, bytes: number): Promise<void> {
  const filler = '-'.repeat(bytes / SECONDS - 100);
  const lines = Array.from({ length: SECONDS }, (_, second) => {
    const ts = new Date(Date.parse(`${DAY}T00:00:00Z`) + second * 1000).toISOString().slice(0, 19);
    const text = `${second} ${filler}`;
    return `${JSON.stringify({ ts: `${ts}Z`, user: `u${second % 97}`, text, kind: 'message' })}\n`;
  });
  const segments: Segment[] = [];
  for (const [turn, source] of ['a.txt', 'b.txt'].entries()) {
    const text = lines.filter((_, second) => second % 2 === turn).join('');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const key = objectKey.corpus(agent, `segments/${DAY}/${sha256}.ndjson.gz`);
    const body = gzipSync(text, { level: 1 });
    await room.objects.put(key, body, { contentType: 'application/gzip' });
    segments.push({ key, source, sha256, bytes: body.length, messages: SECONDS / 2 });
  }
  await publish(agent, segments, createHash('sha256').update(lines.join('')).digest('hex'));
}

async function publish(agent: AgentId, segments: Segment[], hash: string): Promise<void> {
  const none = { notMessages: 0, quarantined: 0, cut: 0, reencoded: 0 };
  const listing = objectKey.corpus(agent, 'sources/x.json');
  const manifest: CorpusManifest = {
    ...{ v: 1, version: hash, messages: SECONDS, sources: 2, quarantinedSources: 0 },
    counts: { read: SECONDS, messages: SECONDS, ...none },
    applied: { 'a.txt': listing, 'b.txt': listing },
    days: [{ day: DAY, hash, messages: SECONDS, segments }],
  };
  for (const { source } of segments)
    await room.pointers.record(agent, {
      ...{ source, sequence: '1', eTag: 'x', engine: 1, listing },
      counts: { read: SECONDS / 2, messages: SECONDS / 2, ...none },
    });
  const manifestKey = objectKey.corpus(agent, 'manifests/x.json');
  const body = new TextEncoder().encode(JSON.stringify(manifest));
  await room.objects.put(manifestKey, body, { contentType: 'application/json' });
  const totals = { messages: SECONDS, days: 1, sources: 2, quarantined: 0 };
  await room.pointers.move(agent, { version: hash, manifestKey, ...totals, revision: 1 });
}

it('compacts a day of any size in bounded memory', async () => {
  const peaks: number[] = [];
  for (const [n, megabytes] of [12, 60].entries()) {
    const agent = AgentId.parse(`kk-large-${n}`);
    await writeDay(agent, megabytes * MIB);
    room.collector.kill();
    await room.collector.invoke({ kind: 'compact', agentId: agent }, 60_000);
    const pointer = await room.pointers.pointer(agent);
    const { days } = await readManifest(pointer?.manifestKey ?? '', room.objects);
    expect(days[0]?.merged?.messages).toBe(SECONDS);
    peaks.push(room.collector.peakMb);
  }
  const [small = 0, large = 0] = peaks;
  expect(large).toBeLessThan(200);
  // 48 MiB more to be merged
  expect(large - small).toBeLessThan(36);
});
