import type { TaskId } from '#contract/ids.ts';

const TIMEOUT_MS = 60_000;

/** What stands behind a delivery URL. `refused` is the seller's fault; `unreachable` may pass. */
export type Opened =
  | { readonly kind: 'open'; readonly body: AsyncIterable<Uint8Array> }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unreachable' };

export interface DoorParts {
  /** Origin of the storefront: deliveries lie nowhere else. */
  readonly storefrontUrl: string;
  /** Hosts (with or without port) that the storefront may redirect to. */
  readonly hosts: readonly string[];
  /** Headers of a signed GET (ERC-8128). */
  readonly sign: (url: string) => Promise<Record<string, string>>;
}

/**
 * Fetches deliveries. A URL out of somebody's evidence is hostile: only our storefront's address for this very task is asked, and
 * it may send us once, to a host of the list; no other redirect is followed.
 */
export class DeliveryDoor {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  async open(deliveryUrl: string, taskId: TaskId): Promise<Opened> {
    const url = new URL(deliveryUrl);
    if (!this.#isOurs(url, taskId)) {
      return { kind: 'refused', reason: 'foreign-url: the delivery is not at the storefront' };
    }
    const answer = await get(url.href, await this.#parts.sign(url.href));
    // a signature of ours that the storefront does not take is no fault of the seller's
    if (answer === undefined || answer.status === 401 || isPassing(answer.status))
      return { kind: 'unreachable' };
    if (answer.status !== 302)
      return { kind: 'refused', reason: `no-delivery: the storefront answered ${answer.status}` };
    const target = URL.parse(answer.headers.get('location') ?? '', url.href);
    if (target === null) return { kind: 'refused', reason: 'foreign-host: no URL' };
    return this.#fetch(target);
  }

  #isOurs(url: URL, taskId: TaskId): boolean {
    const { origin } = new URL(this.#parts.storefrontUrl);
    const isPlain = url.username === '' && url.password === '';
    return isPlain && url.origin === origin && url.pathname === `/deliveries/${taskId}`;
  }

  async #fetch(target: URL): Promise<Opened> {
    const { hosts } = this.#parts;
    if (!hosts.includes(target.host) && !hosts.includes(target.hostname)) {
      return { kind: 'refused', reason: `foreign-host: ${target.host}` };
    }
    const goods = await get(target.href, {});
    if (goods === undefined || isPassing(goods.status)) return { kind: 'unreachable' };
    if (goods.status === 200 && goods.body !== null) return { kind: 'open', body: goods.body };
    return { kind: 'refused', reason: `no-goods: the store answered ${goods.status}` };
  }
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Undefined when nobody answered. */
async function get(url: string, headers: Record<string, string>): Promise<Response | undefined> {
  try {
    return await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return undefined;
  }
}
