import { createHash } from 'node:crypto';
import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, RebuildTurn, SourceItem } from '#contract/log-record.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';
import type { ObjectHead, Objects } from '#core/ports/objects.ts';

/** The data bucket in memory. */
export class MemoryObjects implements Objects {
  readonly stored = new Map<string, Uint8Array>();

  async open(
    key: string,
    { eTag, from = 0 }: { readonly eTag?: string; readonly from?: number } = {},
  ) {
    const bytes = await this.read(key);
    if (bytes === undefined) return undefined;
    if (eTag !== undefined && eTag !== eTagOf(bytes)) return 'changed' as const;
    return inChunks(bytes.subarray(from));
  }

  read(key: string) {
    return Promise.resolve(this.stored.get(key));
  }

  head(key: string): Promise<ObjectHead | undefined> {
    const bytes = this.stored.get(key);
    return Promise.resolve(bytes && { key, size: bytes.length, eTag: eTagOf(bytes) });
  }

  async write(key: string, body: AsyncIterable<Uint8Array>) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    this.stored.set(key, Buffer.concat(chunks));
  }

  put(key: string, body: Uint8Array, { ifAbsent = false }: { readonly ifAbsent?: boolean }) {
    if (ifAbsent && this.stored.has(key)) return Promise.resolve(false);
    this.stored.set(key, body);
    return Promise.resolve(true);
  }

  async *list(prefix: string, { after = '' }: { readonly after?: string } = {}) {
    for (const key of [...this.stored.keys()].sort()) {
      const head = await this.head(key);
      const isWanted = key.startsWith(prefix) && key > after;
      if (head !== undefined && isWanted) yield { ...head, modified: new Date(0) };
    }
  }

  remove(keys: readonly string[]) {
    for (const key of keys) this.stored.delete(key);
    return Promise.resolve();
  }

  presign(key: string) {
    return Promise.resolve(`memory:${key}`);
  }
}

/** The conditional items in memory. */
export class MemoryPointers implements CorpusPointers {
  readonly pointers = new Map<string, CorpusPointer>();
  readonly items = new Map<string, Map<string, SourceItem>>();
  readonly turns = new Map<string, RebuildTurn>();
  readonly begun = new Map<string, number>();
  readonly optedOut = new Set<string>();
  optOutRevision = 0;

  pointer(agent: AgentId) {
    return Promise.resolve(this.pointers.get(agent));
  }

  move(agent: AgentId, next: CorpusPointer) {
    if ((this.pointers.get(agent)?.revision ?? 0) !== next.revision - 1) {
      return Promise.resolve(false);
    }
    this.pointers.set(agent, next);
    return Promise.resolve(true);
  }

  source(agent: AgentId, source: string) {
    return Promise.resolve(this.items.get(agent)?.get(source));
  }

  record(agent: AgentId, item: SourceItem) {
    const items = this.items.get(agent) ?? new Map<string, SourceItem>();
    if ((items.get(item.source)?.sequence ?? '') > item.sequence) return Promise.resolve(false);
    this.items.set(agent, items.set(item.source, item));
    return Promise.resolve(true);
  }

  async *sources(agent: AgentId) {
    for (const item of this.items.get(agent)?.values() ?? []) yield await Promise.resolve(item);
  }

  turn(agent: AgentId) {
    return Promise.resolve(this.turns.get(agent));
  }

  exchangeTurn(agent: AgentId, before: RebuildTurn | undefined, next: RebuildTurn) {
    const isBefore = JSON.stringify(this.turns.get(agent)) === JSON.stringify(before);
    if (isBefore) this.turns.set(agent, next);
    return Promise.resolve(isBefore);
  }

  attempts(agent: AgentId, id: string) {
    return Promise.resolve(this.begun.get(`${agent} ${id}`) ?? 0);
  }

  async beginAttempt(agent: AgentId, id: string) {
    const before = await this.attempts(agent, id);
    this.begun.set(`${agent} ${id}`, before + 1);
    return before;
  }

  endAttempts(agent: AgentId, id: string) {
    this.begun.delete(`${agent} ${id}`);
    return Promise.resolve();
  }

  optOuts() {
    return Promise.resolve({ revision: this.optOutRevision, nicks: new Set(this.optedOut) });
  }

  optOut(_agent: AgentId, folded: string) {
    if (this.optedOut.has(folded)) return Promise.resolve('kept' as const);
    this.optedOut.add(folded);
    this.optOutRevision += 1;
    return Promise.resolve('added' as const);
  }

  optIn(_agent: AgentId, folded: string) {
    const wasOut = this.optedOut.delete(folded);
    if (wasOut) this.optOutRevision += 1;
    return Promise.resolve(wasOut);
  }
}

/** `thing`, whose methods throw from the `left`-th call on, as if the process had died there. */
export function dying<T extends object>(thing: T, life: { left: number }): T {
  return new Proxy(thing, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        life.left -= 1;
        if (life.left < 0) throw new Error('killed');
        return value.apply(target, args);
      };
    },
  });
}

export function eTagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

async function* inChunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 64)
    yield await Promise.resolve(bytes.slice(at, at + 64));
}
