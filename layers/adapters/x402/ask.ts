const TIMEOUT_MS = 35_000; // longer than a seller waits for its settlement
const MAX_BYTES = 1024 * 1024;

/** What a seller answered to one GET; `silent` says nothing about a payment. */
export type Reply =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly paymentRequired: string | undefined;
      /** undefined when the body is none, or longer than 1 MiB. */
      readonly json: unknown;
    }
  | { readonly kind: 'silent'; readonly reason: string };

/** One GET that follows no redirect. */
export async function ask(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { headers, redirect: 'error', signal });
    return {
      kind: 'answered',
      status: response.status,
      paymentRequired: response.headers.get('payment-required') ?? undefined,
      json: await jsonOf(response),
    };
  } catch (error) {
    return { kind: 'silent', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return undefined;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
