import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { verifyRequest } from '#adapters/erc8128/verify.ts';

const FILE = new URL('../../../../shared/facts/erc8128-vectors/erc8128.f3-3.json', import.meta.url);
const present = existsSync(FILE);
if (!present) process.stderr.write(`SKIPPED: no ERC-8128 cases at ${FILE.pathname}\n`);

const Requests = z.object({
  vectors: z.record(
    z.string(),
    z.record(z.string(), z.object({ headers: z.record(z.string(), z.string()) })),
  ),
  requests: z.record(
    z.string(),
    z.object({ method: z.string(), url: z.string(), body: z.string().nullable() }),
  ),
});
const File = Requests.extend({
  frozen: z.object({ created: z.number() }),
  verify_cases: z.array(
    z.object({
      vector_id: z.string(),
      policy: z.string(),
      expect: z.enum(['accept', 'reject']),
      wallet: z.string().optional(),
      code: z.string().optional(),
      authority: z.string().optional(),
    }),
  ),
});

/**
 * The published cases that our policy, Execution Market's lenient one, decides: what any policy accepts it accepts, what it rejects
 * it rejects. Left out: the stricter policies' own rejections, `authority_invalid` (a server that does not know its own name; ours is
 * the request's), and a path of raw UTF-8, which no HTTP client sends.
 */
function decided(cases: z.infer<typeof File>['verify_cases']) {
  return cases.filter(
    ({ expect: wanted, policy, code, vector_id: id }) =>
      !id.endsWith('/utf8_path') &&
      (wanted === 'accept' || (policy === 'em-lenient' && code !== 'authority_invalid')),
  );
}

describe.skipIf(!present)('the published verify cases', () => {
  const load = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));
  const {
    frozen,
    verify_cases: all,
    ...own
  } = present
    ? File.parse(load(FILE))
    : { frozen: { created: 0 }, requests: {}, vectors: {}, verify_cases: [] };
  // the older set's requests and signatures are meant too
  const older = present ? Requests.parse(load(new URL('erc8128.f3-1.json', FILE))) : own;
  const requests = { ...older.requests, ...own.requests };
  const headersOf = (kind: string, name: string) =>
    (own.vectors[kind]?.[name] ?? older.vectors[kind]?.[name])!.headers;
  const cases = decided(all);

  it('are 72, most of which are ours to decide', () => {
    expect(all).toHaveLength(72);
    expect(cases.length).toBeGreaterThanOrEqual(45);
  });

  it.each(
    cases.map((one) => [`${one.policy} ${one.vector_id} ${one.authority ?? ''}`, one] as const),
  )('%s', async (_, one) => {
    const [kind = '', name = ''] = one.vector_id.split('/');
    const { method, url, body } = requests[name]!;
    const address =
      one.authority === undefined ? url : url.replace(/:\/\/[^/?#]*/, `://${one.authority.trim()}`);
    const verified = await verifyRequest({
      request: new Request(address, {
        method,
        headers: headersOf(kind, name),
        ...(body !== null && { body }),
      }),
      nonces: { consume: () => Promise.resolve(true) },
      now: () => frozen.created + 10,
    });
    expect(verified).toMatchObject(
      one.expect === 'accept' ? { ok: true, address: one.wallet } : { ok: false },
    );
  });
});
