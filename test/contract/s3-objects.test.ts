import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Objects } from '#core/ports/objects.ts';
import { startCollection } from './logs/collection.ts';

let house: Awaited<ReturnType<typeof startCollection>>;
let objects: Objects;

beforeAll(async () => {
  house = await startCollection();
  objects = house.objects;
});
afterAll(() => house.close());

const bytes = (text: string) => new TextEncoder().encode(text);
const type = { contentType: 'text/plain' };

async function content(body: AsyncIterable<Uint8Array> | 'changed' | undefined): Promise<string> {
  if (body === undefined || body === 'changed') return String(body);
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

describe('objects in S3', () => {
  it('gives back what was put, with its size and ETag', async () => {
    await objects.put('a/with space+ñ.txt', bytes('hola'), type);

    expect(await content(await objects.open('a/with space+ñ.txt'))).toBe('hola');
    expect(await objects.read('a/with space+ñ.txt')).toEqual(Buffer.from('hola'));
    expect(await objects.head('a/with space+ñ.txt')).toEqual({
      key: 'a/with space+ñ.txt',
      size: 4,
      eTag: '4d186321c1a7f0f354b297e8914ab240',
    });
  });

  it('knows an absent object, and only that, as undefined', async () => {
    expect(await objects.open('none')).toBeUndefined();
    expect(await objects.read('none')).toBeUndefined();
    expect(await objects.head('none')).toBeUndefined();

    await expect(house.noBucket.open('none')).rejects.toThrow();
    await expect(house.noBucket.read('none')).rejects.toThrow();
  });

  it('puts only if absent when asked', async () => {
    expect(await objects.put('once', bytes('first'), { ...type, ifAbsent: true })).toBe(true);
    expect(await objects.put('once', bytes('second'), { ...type, ifAbsent: true })).toBe(false);
    expect(await content(await objects.open('once'))).toBe('first');
    expect(await objects.put('once', bytes('third'), type)).toBe(true);
    expect(await content(await objects.open('once'))).toBe('third');
  });

  it('opens the version of an ETag or says that it changed', async () => {
    await objects.put('versioned', bytes('one'), type);
    const { eTag } = (await objects.head('versioned'))!;
    expect(await content(await objects.open('versioned', { eTag }))).toBe('one');

    await objects.put('versioned', bytes('two'), type);
    expect(await objects.open('versioned', { eTag })).toBe('changed');
  });

  it('writes a stream of any length, whole or not at all', async () => {
    const part = randomBytes(3_000_000);
    await objects.write(
      'large',
      (async function* () {
        for (let n = 0; n < 4; n += 1) yield await Promise.resolve(part);
      })(),
      'application/octet-stream',
    );
    expect((await objects.head('large'))?.size).toBe(12_000_000);
    const read = Buffer.from((await objects.read('large', 12_000_000))!);
    expect(read.equals(Buffer.concat([part, part, part, part]))).toBe(true);
    await expect(objects.read('large')).rejects.toThrow('larger than 8388608 bytes');

    const broken = (async function* () {
      yield await Promise.resolve(part);
      yield await Promise.resolve(part);
      throw new Error('the source failed');
    })();
    await expect(objects.write('half', broken, 'text/plain')).rejects.toThrow('the source failed');
    expect(await objects.head('half')).toBeUndefined();
  });

  it('writes an empty stream as an empty object', async () => {
    await objects.write('empty', Readable.from([]), 'text/plain');

    expect(await objects.head('empty')).toMatchObject({ size: 0 });
    expect(await content(await objects.open('empty'))).toBe('');
  });

  it('lists by prefix, past one page', async () => {
    for (let start = 0; start < 1005; start += 67) {
      await Promise.all(
        Array.from({ length: 67 }, (_, n) => objects.put(`many/${start + n}`, bytes('x'), type)),
      );
    }
    const listed = await Array.fromAsync(objects.list('many/'));

    expect(new Set(listed.map(({ key }) => key)).size).toBe(1005);
    expect(listed[0]).toMatchObject({ size: 1, eTag: '9dd4e461268c8034f5c8564e155c67a6' });
  });

  it('presigns a URL that anyone may read until it dies', async () => {
    await objects.put('gift', bytes('for you'), type);
    const url = await objects.presign('gift', 1, 'a "gift" ñ.txt');

    const answer = await fetch(url);
    expect(await answer.text()).toBe('for you');
    expect(answer.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''a%20%22gift%22%20%C3%B1.txt",
    );
    await sleep(2100);
    expect((await fetch(url)).status).toBe(403);
  });
});
