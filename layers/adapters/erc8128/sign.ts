import { createHash, randomBytes } from 'node:crypto';
import type { Address, Hex } from '#contract/ids.ts';

const LABEL = 'eth';
/** What Execution Market and our own verifier accept at most. */
const MAX_TTL_SECONDS = 300;

export interface Signer {
  readonly chainId: number;
  readonly address: Address;
  /** EIP-191 personal_sign over the bytes: r, s, v. */
  signMessage(bytes: Uint8Array): Promise<Hex>;
}

/** `url` is absolute. A body, even an empty one, is covered by its digest. */
export interface SignableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface SignOptions {
  /** Unix seconds. */
  readonly now: number;
  /** Never used twice by one key. @default - 128 random bits */
  readonly nonce?: string;
  /** @default 120 */
  readonly ttlSeconds?: number;
}

/**
 * The request's headers with `content-digest` (RFC 9530), `signature-input` and `signature` (RFC 9421) added, in the canonical
 * order of ERC-8128: components `@method @authority @path [@query] [content-digest]`, parameters
 * `created;expires;nonce;keyid;alg`. Path and query are signed as they are written: write them percent-encoded.
 * Format: https://erc8128.org
 */
export async function signRequest(
  request: SignableRequest,
  signer: Signer,
  { now, nonce = randomBytes(16).toString('base64url'), ttlSeconds = 120 }: SignOptions,
): Promise<Record<string, string>> {
  if (ttlSeconds > MAX_TTL_SECONDS) {
    throw new Error(`A signature of ${ttlSeconds} s is refused: sign for ${MAX_TTL_SECONDS} s.`);
  }
  const digest = request.body === undefined ? undefined : contentDigest(request.body);
  const components = componentsOf(request, digest);

  const names = components.map(([name]) => `"${name}"`).join(' ');
  const keyId = `erc8128:${signer.chainId}:${signer.address.toLowerCase()}`;
  const validity = `created=${now};expires=${now + ttlSeconds}`;
  const params = `(${names});${validity};nonce="${nonce}";keyid="${keyId}";alg="eip191"`;

  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${params}`].join('\n');
  const signature = await signer.signMessage(Buffer.from(base));
  return {
    ...request.headers,
    ...(digest !== undefined && { 'content-digest': digest }),
    'signature-input': `${LABEL}=${params}`,
    signature: `${LABEL}=:${Buffer.from(signature.slice(2), 'hex').toString('base64')}:`,
  };
}

/** Covered components, in canonical order. `URL` lower-cases the host and drops the scheme's default port (RFC 9421, 2.2.3). */
function componentsOf(
  { method, url }: SignableRequest,
  digest: string | undefined,
): (readonly [string, string])[] {
  // as written, not as `URL` would encode it: the published vectors sign a non-ASCII path in its raw form
  const [, path, query] = /^[^:]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  return [
    ['@method', method.toUpperCase()],
    ['@authority', new URL(url).host],
    ['@path', path === undefined || path === '' ? '/' : path],
    ...(query === undefined ? [] : [['@query', query] as const]),
    ...(digest === undefined ? [] : [['content-digest', digest] as const]),
  ];
}

function contentDigest(body: string | Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}
