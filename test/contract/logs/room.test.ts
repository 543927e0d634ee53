import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { QuarantineEntry } from '#contract/log-record.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { type Asked, type Room, startRoom } from './room.ts';

/** Less than the room keeps in reserve: it stops after every part. */
const SHORT_MS = 1000;

let room: Room;
let tests = 0;
let agent = AgentId.parse('kk-karma-hello');
beforeAll(async () => {
  room = await startRoom();
});
afterAll(() => room.close());
beforeEach(() => {
  tests += 1;
  agent = AgentId.parse(`kk-room-${tests}`);
});

const day = (n: number): string => `2005-02-${String(n).padStart(2, '0')}.txt`;
const said = (text: string): string => `[10:00] <ada> ${text}\n[10:01] <bob> buenas\n`;
const texts = async (): Promise<string[]> => (await room.messages(agent)).map(({ text }) => text);

/** Kills the room at the `nth` request that is so, and again at each later one while `times` last. */
function killAt(isIt: (asked: Asked) => boolean, times = 1): () => void {
  let left = times;
  return room.onAsked((asked) => {
    if (left === 0 || !isIt(asked)) return;
    left -= 1;
    room.collector.kill();
  });
}

async function asked(run: () => Promise<unknown>): Promise<Asked[]> {
  const all: Asked[] = [];
  const stop = room.onAsked((one) => all.push(one));
  await run();
  stop();
  return all;
}

describe('the room of collect-logs', () => {
  it('reads a new upload and no other raw object, and one item when nothing is new', async () => {
    for (let n = 1; n <= 12; n += 1) await room.upload(agent, day(n), said(`día ${n}`));
    await room.drain();
    await room.upload(agent, day(13), said('nuevo'));
    const messages = await room.receive();

    const first = await asked(() => room.give(messages, 60_000));
    const raw = first.filter(({ method, key }) => method === 'GET' && key.includes('/logs/'));
    expect(raw.map(({ key }) => key)).toEqual([objectKey.log(agent, day(13))]);
    expect(first.filter(({ service }) => service === 's3').length).toBeLessThan(10);
    expect(await texts()).toHaveLength(26);

    const body = messages[0]?.Body ?? '';
    await room.sqs.send('uploads', body);
    const again = await asked(() => room.drain());
    expect(again).toEqual([{ service: 'dynamodb', method: 'GetItem', key: '' }]);
  });

  it('sets aside an upload that kills its readers, and takes what came with it', async () => {
    const poison = objectKey.log(agent, 'poison.txt');
    const stop = killAt(({ method, key }) => method === 'GET' && key === poison, Infinity);
    await room.upload(agent, 'poison.txt', said('never read'));
    for (let n = 1; n <= 4; n += 1) await room.upload(agent, day(n), said(`día ${n}`));
    const { deaths } = await room.drain();
    stop();

    expect(deaths).toBe(4);
    expect(await room.deadLetters()).toBe(0);
    expect(await texts()).toHaveLength(8);
    const kept = await room.objects.read(objectKey.quarantine(agent, 'poison.txt.ndjson'));
    expect(QuarantineEntry.parse(JSON.parse(Buffer.from(kept ?? []).toString()))).toEqual({
      ...{ file: 'poison.txt', offset: 0, line: 1, head: '' },
      reason: 'killed its reader 3 times',
    });
    expect(await room.pointers.pointer(agent)).toMatchObject({ sources: 5, quarantined: 1 });

    // uploaded again, it is tried again
    await room.upload(agent, 'poison.txt', `2005-02-05 10:00:00\tada\tread at last\n`);
    await room.drain();
    expect(await texts()).toContain('read at last');
    expect(await room.pointers.pointer(agent)).toMatchObject({ sources: 5, quarantined: 0 });
  });

  it('reads a huge file in as many invocations as it takes, whenever it is killed', async () => {
    const lines = Array.from({ length: 11_000 }, (_, n) => {
      const minute = String(Math.floor(n / 2) % 60).padStart(2, '0');
      const place = `2/${1 + Math.floor(n / 1100)}/2005 ${1 + (Math.floor(n / 120) % 11)}`;
      return `[${place}:${minute}:00 PM] user_${n % 50}: line ${n} ${'ñ'.repeat(400)}\n`;
    });
    await room.upload(agent, 'full.txt', lines.join(''));
    let writes = 0;
    const stop = killAt(
      ({ method, key }) => method === 'PUT' && key.includes('/corpus/') && ++writes % 4 === 0,
      3,
    );
    const { invocations, deaths } = await room.drain(SHORT_MS);
    stop();
    expect(deaths).toBe(3);
    expect(invocations).toBeGreaterThan(deaths + 2);
    expect(new Set(await texts()).size).toBe(lines.length);
    const pointer = await room.pointers.pointer(agent);
    const { counts } = await readManifest(pointer?.manifestKey ?? '', room.objects);
    expect(counts).toMatchObject({ read: lines.length, messages: lines.length });
  });

  it('compacts on its schedule, and readers see the same before, meanwhile, after a death, and afterwards', async () => {
    for (const folder of ['a', 'b', 'c'])
      for (const n of [1, 2]) await room.upload(agent, `${folder}/${day(n)}`, said(folder));
    await room.drain();
    const [version, before] = [(await room.pointers.pointer(agent))?.version, await texts()];
    const seen: Promise<string[]>[] = [];
    const stopReading = room.onAsked(({ method, key }) => {
      if (method === 'PUT' && key.startsWith(`${agent}/corpus/`)) seen.push(texts());
    });
    const compaction = { kind: 'compact', agentId: agent };

    const stop = killAt(({ method, key }) => method === 'PUT' && key.includes('/manifests/'));
    expect(await room.collector.invoke(compaction, 60_000)).toBe('killed');
    stop();
    expect(await texts()).toEqual(before);
    await room.collector.invoke(compaction, 60_000);
    stopReading();

    const pointer = await room.pointers.pointer(agent);
    const { days } = await readManifest(pointer?.manifestKey ?? '', room.objects);
    expect(days.map(({ merged }) => merged?.messages)).toEqual([4, 4]);
    expect(pointer?.version).toBe(version);
    expect(seen.length).toBeGreaterThan(2);
    for (const read of [...(await Promise.all(seen)), await texts()]) expect(read).toEqual(before);
  });

  it('has the newest content of an object that is replaced while it is read, and none of one that is deleted', async () => {
    const changes: Promise<unknown>[] = [];
    const read = new Set<string>();
    const stop = room.onAsked(({ method, key }) => {
      if (method !== 'GET' || !key.includes('/logs/') || read.has(key)) return;
      read.add(key);
      if (key.endsWith(day(1))) changes.push(room.upload(agent, day(1), said('replaced')));
      if (key.endsWith(day(2))) changes.push(room.remove(agent, day(2)));
    });
    for (const n of [1, 2, 3]) await room.upload(agent, day(n), said(`first ${n}`));
    await room.drain();
    await Promise.all(changes);
    await room.drain();
    stop();
    expect(changes).toHaveLength(2);
    expect(await texts()).toEqual(['replaced', 'buenas', 'first 3', 'buenas']);
  });

  it('ends the same when notifications come late, twice and in any order', async () => {
    await room.upload(agent, day(1), said('old'));
    const [old] = await room.receive();
    await room.upload(agent, day(1), said('new'));
    const [young] = await room.receive();
    for (const one of [young, old, young, old]) await room.sqs.send('uploads', one?.Body ?? '');
    for (const one of [young, old]) if (one !== undefined) await room.give([one], 60_000);
    await room.drain();
    expect(await texts()).toEqual(['new', 'buenas']);
    expect(await room.pointers.pointer(agent)).toMatchObject({ sources: 1, messages: 2 });
  });
});
