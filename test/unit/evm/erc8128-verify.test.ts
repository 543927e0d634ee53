import { existsSync, readFileSync } from 'node:fs';
import { signRequest } from '@slicekit/erc8128';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { verifyRequest } from '#adapters/erc8128/verify.ts';

const account = privateKeyToAccount(`0x${'42'.repeat(32)}`);
const signer = {
  chainId: 84532,
  address: account.address,
  signMessage: (message: Uint8Array) => account.signMessage({ message: { raw: message } }),
};
const url = 'http://127.0.0.1:8128/settle?x=1';
const post = { method: 'POST', body: '{"a":1}' };

function aNonceStore(): {
  consume(key: string, ttl: number): Promise<boolean>;
  seen: Map<string, number>;
} {
  const seen = new Map<string, number>();
  return {
    seen,
    consume: (key, ttl) => {
      if (seen.has(key)) return Promise.resolve(false);
      seen.set(key, ttl);
      return Promise.resolve(true);
    },
  };
}

describe('verifyRequest', () => {
  it('names the signer, leaves the body unread, and remembers the nonce past its last valid second', async () => {
    const nonces = aNonceStore();
    const request = await signRequest(url, post, signer, { ttlSeconds: 300 });

    expect(await verifyRequest({ request, nonces })).toEqual({
      ok: true,
      address: account.address.toLowerCase(),
    });
    expect(await request.text()).toBe('{"a":1}');
    expect([...nonces.seen.values()][0]).toBeGreaterThan(325);
  });

  it('refuses the same request again', async () => {
    const nonces = aNonceStore();
    const request = await signRequest(url, post, signer);

    await verifyRequest({ request, nonces });

    expect(await verifyRequest({ request, nonces })).toEqual({ ok: false, reason: 'replay' });
  });

  it('refuses another body, another path and no signature, and burns no nonce by it', async () => {
    const nonces = aNonceStore();
    const { headers } = await signRequest(url, post, signer);

    for (const [request, reason] of [
      [new Request(url, { ...post, body: '{"a":2}', headers }), 'digest_mismatch'],
      [new Request('http://127.0.0.1:8128/other?x=1', { ...post, headers }), 'bad_signature'],
      [new Request(url, post), 'missing_headers'],
    ] as const) {
      expect(await verifyRequest({ request, nonces })).toEqual({ ok: false, reason });
    }
    expect(nonces.seen.size).toBe(0);
  });

  it('refuses a signature that is valid for more than 300 s, or expired', async () => {
    const long = await signRequest(url, post, signer, { ttlSeconds: 301 });
    const old = await signRequest(url, post, signer, { created: 1_000, expires: 1_060 });

    expect(await verifyRequest({ request: long, nonces: aNonceStore() })).toMatchObject({
      reason: 'validity_too_long',
    });
    expect(await verifyRequest({ request: old, nonces: aNonceStore() })).toMatchObject({
      reason: 'expired',
    });
    expect(
      await verifyRequest({ request: old, nonces: aNonceStore(), now: () => 1_089 }),
    ).toMatchObject({ ok: true });
  });

  it('refuses a body that the signature does not cover, and a signature without a nonce', async () => {
    const uncovered = await signRequest(url, { method: 'POST' }, signer);
    const request = new Request(url, { ...post, headers: uncovered.headers });
    const replayable = await signRequest(url, post, signer, { replay: 'replayable' });

    expect(await verifyRequest({ request, nonces: aNonceStore() })).toMatchObject({
      reason: 'not_request_bound',
    });
    expect(await verifyRequest({ request: replayable, nonces: aNonceStore() })).toMatchObject({
      ok: false,
    });
  });

  it('throws when the nonce store cannot be asked, instead of blaming the signature', async () => {
    const request = await signRequest(url, post, signer);
    const nonces = { consume: () => Promise.reject(new Error('throttled')) };

    await expect(verifyRequest({ request, nonces })).rejects.toThrow('nonce store');
  });
});

interface Vectors {
  readonly frozen: { readonly address: string; readonly created: number };
  readonly requests: Record<string, { method: string; url: string; body: string | null }>;
  readonly vectors: Record<string, Record<string, { headers: Record<string, string> }>>;
}

const FOLDER = new URL('../../../../shared/facts/erc8128-vectors/', import.meta.url);

describe.skipIf(!existsSync(FOLDER))(
  `golden vectors (${FOLDER.pathname}, skipped where absent)`,
  () => {
    it.each(['f3-1', 'f3-3'])(
      'accepts every signature of %s, and none of them at another address',
      async (set) => {
        const text = readFileSync(new URL(`erc8128.${set}.json`, FOLDER), 'utf8');
        const { frozen, requests, vectors } = JSON.parse(text) as Vectors;
        const now = (): number => frozen.created + 10;
        let seen = 0;
        for (const named of Object.values(vectors)) {
          for (const [name, { headers }] of Object.entries(named)) {
            const { method, url, body } = requests[name]!;
            // a path with raw UTF-8 does not exist on the wire: HTTP clients percent-encode it, and then sign that
            if (name === 'utf8_path') continue;
            const init = { method, headers, ...(body !== null && { body }) };
            const verified = await verifyRequest({
              request: new Request(url, init),
              nonces: aNonceStore(),
              now,
            });
            expect([name, verified]).toEqual([name, { ok: true, address: frozen.address }]);
            const elsewhere = new Request(url.replace('/api', '/apj'), init);
            expect(
              await verifyRequest({ request: elsewhere, nonces: aNonceStore(), now }),
            ).toMatchObject({ ok: false });
            seen += 1;
          }
        }
        expect(seen).toBeGreaterThan(3);
      },
    );
  },
);
