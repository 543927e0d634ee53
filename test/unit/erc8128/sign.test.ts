import { existsSync, readFileSync } from 'node:fs';
import { createVerifierClient, signRequest as oracleSign } from '@slicekit/erc8128';
import fc from 'fast-check';
import { verifyMessage } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type SignableRequest, type Signer, signRequest } from '#adapters/erc8128/sign.ts';
import { verifyRequest } from '#adapters/erc8128/verify.ts';
import { Address } from '#contract/ids.ts';

const VECTORS = new URL('../../../../shared/facts/erc8128-vectors/', import.meta.url);
const present = existsSync(VECTORS);
if (!present) process.stderr.write(`SKIPPED: no ERC-8128 vectors at ${VECTORS.pathname}\n`);

const Vectors = z.object({
  requests: z.record(
    z.string(),
    z.object({ method: z.string(), url: z.string(), body: z.string().nullable() }),
  ),
  vectors: z.object({
    canonical: z.record(z.string(), z.object({ headers: z.record(z.string(), z.string()) })),
  }),
});
const Frozen = z.object({
  frozen: z.object({
    private_key: z.string(),
    chain_id: z.number(),
    created: z.number(),
    expires: z.number(),
    nonce: z.string(),
  }),
});

const now = () => Math.floor(Date.now() / 1000);

function signerOf(key: `0x${string}`, chainId = 8453): Signer {
  const account = privateKeyToAccount(key);
  return {
    chainId,
    address: Address.parse(account.address),
    signMessage: (raw) => account.signMessage({ message: { raw } }),
  };
}

function memory() {
  const seen = new Set<string>();
  return {
    consume: (key: string) => Promise.resolve(!seen.has(key) && seen.add(key).has(key)),
  };
}

async function signed({ body, ...request }: SignableRequest, signer: Signer): Promise<Request> {
  const headers = await signRequest({ ...request, body }, signer, { now: now() });
  return new Request(request.url, {
    method: request.method,
    headers,
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
}

/** vitest calls what it skips, too: none of it may need what is not there. */
const sets = present ? ['erc8128.f3-1.json', 'erc8128.f3-3.json'] : [];
const load = (name: string): unknown => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));
const { frozen } = present
  ? Frozen.parse(load('erc8128.f3-1.json'))
  : { frozen: { private_key: '', chain_id: 0, created: 0, expires: 0, nonce: '' } };

describe.skipIf(!present)('the published vectors', () => {
  const cases = sets.flatMap((file) => {
    const { requests, vectors } = Vectors.parse(load(file));
    return Object.entries(vectors.canonical).map(
      ([name, { headers }]) => [`${file} ${name}`, requests[name]!, headers] as const,
    );
  });

  it('are all thirteen there', () => {
    expect(cases).toHaveLength(13);
  });

  it.each(cases)('%s is signed byte for byte', async (_, { method, url, body }, expected) => {
    const headers = await signRequest(
      { method, url, ...(body !== null && { body }) },
      signerOf(`0x${frozen.private_key}`, frozen.chain_id),
      {
        now: frozen.created,
        nonce: frozen.nonce,
        ttlSeconds: frozen.expires - frozen.created,
      },
    );
    expect(headers).toEqual(
      Object.fromEntries(Object.entries(expected).map(([k, v]) => [k.toLowerCase(), v])),
    );
  });
});

describe.skipIf(!present)('every request of the published vectors', () => {
  const signer = () => signerOf(`0x${frozen.private_key}`, frozen.chain_id);
  const requests = sets.flatMap((file) =>
    Object.entries(Vectors.parse(load(file)).requests)
      // a path of raw UTF-8 does not exist on the wire: clients percent-encode it, and then sign that
      .filter(([name]) => name !== 'utf8_path')
      .map(([name, { method, url, body }]) => [`${file} ${name}`, { method, url, body }] as const),
  );

  it('are twelve and more', () => {
    expect(requests.length).toBeGreaterThanOrEqual(12);
  });

  it.each(requests)('%s: another implementation verifies what we sign', async (_, request) => {
    const { method, url, body } = request;
    const sent = await signed({ method, url, ...(body !== null && { body }) }, signer());
    const verifier = createVerifierClient({ verifyMessage, nonceStore: memory() });
    expect(await verifier.verifyRequest({ request: sent })).toMatchObject({
      ok: true,
      address: signer().address,
    });
  });

  it.each(requests)('%s: we verify what another implementation signs', async (_, request) => {
    const { method, url, body } = request;
    const sent = await oracleSign(url, { method, ...(body !== null && { body }) }, signer());
    expect(await verifyRequest({ request: sent, nonces: memory() })).toEqual({
      ok: true,
      address: signer().address,
    });
  });
});

describe('signRequest', () => {
  const key = generatePrivateKey();
  const signer = signerOf(key);

  it('is understood by another implementation, whatever the request', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
          path: fc.webPath(),
          query: fc.webQueryParameters(),
          text: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
        }),
        async ({ method, path, query, text }) => {
          const search = query === '' ? '' : `?${query}`;
          const { href: url } = new URL(`http://127.0.0.1:8080/${path}${search}`);
          const body = method === 'GET' ? undefined : text;
          const verifier = createVerifierClient({ verifyMessage, nonceStore: memory() });

          const request = await signed({ method, url, body }, signer);
          expect(await verifier.verifyRequest({ request })).toMatchObject({
            ok: true,
            address: signer.address,
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('refuses to sign for longer than the verifiers accept', async () => {
    const request = { method: 'GET', url: 'https://market.test/' };
    await expect(signRequest(request, signer, { now: now(), ttlSeconds: 301 })).rejects.toThrow(
      'sign for 300 s',
    );
  });

  it('never repeats a nonce by itself', async () => {
    const request = { method: 'GET', url: 'https://market.test/' };
    const quick = { ...signer, signMessage: () => Promise.resolve('0x00' as const) };
    const inputs = new Set<string | undefined>();
    for (let i = 0; i < 1000; i++) {
      inputs.add((await signRequest(request, quick, { now: 1 }))['signature-input']);
    }
    expect(inputs.size).toBe(1000);
  });
});

describe('our verifier', () => {
  const signer = signerOf(generatePrivateKey());
  const post = { method: 'POST', url: 'https://market.test/api/v1/tasks?x=1', body: '{"a":1}' };

  it('knows who signed, once', async () => {
    const nonces = memory();
    const request = await signed(post, signer);
    expect(await verifyRequest({ request, nonces })).toEqual({ ok: true, address: signer.address });
    expect(await verifyRequest({ request, nonces })).toEqual({ ok: false, reason: 'replay' });
  });

  it('refuses a body that is not the signed one', async () => {
    const request = await signed(post, signer);
    const other = new Request(post.url, {
      method: 'POST',
      headers: request.headers,
      body: '{"a":2}',
    });
    expect(await verifyRequest({ request: other, nonces: memory() })).toEqual({
      ok: false,
      reason: 'digest_mismatch',
    });
  });

  it('understands what another implementation signs', async () => {
    const { method, url, body } = post;
    const request = await oracleSign(url, { method, body }, { ...signer });
    expect(await verifyRequest({ request, nonces: memory() })).toEqual({
      ok: true,
      address: signer.address,
    });
  });
});
