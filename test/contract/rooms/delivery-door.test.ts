import { createServer, type RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryDoor } from '#adapters/goods/delivery-door.ts';
import { taskId } from '../../support/builders.ts';

interface Site {
  readonly url: string;
  readonly host: string;
  answer: RequestListener;
  asked: number;
  readonly close: () => Promise<void>;
}

async function aSite(): Promise<Site> {
  const server = createServer((request, response) => {
    site.asked += 1;
    site.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  const site: Site = {
    url: `http://127.0.0.1:${address.port}`,
    host: `127.0.0.1:${address.port}`,
    answer: status(404),
    asked: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return site;
}

function status(code: number, headers: Record<string, string> = {}, body = ''): RequestListener {
  return (_request, response) => {
    response.writeHead(code, headers).end(body);
  };
}

describe('the delivery door', () => {
  let store: Site;
  let bucket: Site;
  let elsewhere: Site;
  beforeAll(async () => {
    [store, bucket, elsewhere] = await Promise.all([aSite(), aSite(), aSite()]);
  });
  afterAll(() => Promise.all([store, bucket, elsewhere].map((site) => site.close())));
  beforeEach(() => {
    for (const site of [store, bucket, elsewhere]) site.asked = 0;
    store.answer = status(302, { location: `${bucket.url}/goods` });
    bucket.answer = status(200, {}, 'goods');
    elsewhere.answer = status(200, {}, 'loot');
  });

  const path = `/deliveries/${taskId(1)}?seller=kk-karma-hello`;
  function open(url = `${store.url}${path}`) {
    const sign = () => Promise.resolve({ signature: 'of-mine' });
    return new DeliveryDoor({ storefrontUrl: store.url, hosts: [bucket.host], sign }).open(
      url,
      taskId(1),
    );
  }

  it('opens: the storefront sees the signature, the bucket does not', async () => {
    const seen: unknown[] = [];
    for (const site of [store, bucket]) {
      const { answer } = site;
      site.answer = (request, response) => {
        seen.push(request.headers['signature']);
        answer(request, response);
      };
    }
    const opened = await open();
    if (opened.kind !== 'open') throw new Error(opened.kind);
    expect(Buffer.concat(await Array.fromAsync(opened.body)).toString()).toBe('goods');
    expect(seen).toEqual(['of-mine', undefined]);
  });

  it('asks nobody but the storefront, and only for this task', async () => {
    const other = `/deliveries/${taskId(2)}`;
    const secret = store.url.replace('//', '//user:password@');
    for (const url of [elsewhere.url + path, store.url + other, `${store.url}/`, secret + path])
      expect(await open(url)).toMatchObject({ kind: 'refused' });
    expect([store.asked, elsewhere.asked]).toEqual([0, 0]);
  });

  it('follows the storefront to hosts of the list only, and only once', async () => {
    store.answer = status(302, { location: `${elsewhere.url}/loot` });
    expect(await open()).toMatchObject({ kind: 'refused' });
    store.answer = status(302, { location: 'http://[' });
    expect(await open()).toMatchObject({ kind: 'refused' });
    store.answer = status(302, { location: `${bucket.url}/goods` });
    bucket.answer = status(302, { location: `${elsewhere.url}/loot` });
    expect(await open()).toMatchObject({ kind: 'refused' });
    expect(elsewhere.asked).toBe(0);
  });

  it.each([401, 429, 500, 503])('waits when the storefront answers %i', async (code) => {
    store.answer = status(code);
    expect(await open()).toEqual({ kind: 'unreachable' });
  });

  it('refuses what is not there, and waits for a store that fails or is gone', async () => {
    store.answer = status(404);
    expect(await open()).toMatchObject({ kind: 'refused' });
    store.answer = status(302, { location: `${bucket.url}/goods` });
    bucket.answer = status(404);
    expect(await open()).toMatchObject({ kind: 'refused' });
    bucket.answer = status(503);
    expect(await open()).toEqual({ kind: 'unreachable' });
    bucket.answer = (request) => request.destroy();
    expect(await open()).toEqual({ kind: 'unreachable' });
  });
});
