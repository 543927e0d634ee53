import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Units, unitsOf } from '../../cost/units.ts';
import { type LocalServer, listen, readBody } from '../../local/cloud/http.ts';

const CONTENT = 'application/x-amz-json-1.0';
const MOST_BYTES = 16 * 1024 * 1024;
/** What of a page is one unit of a strong read. */
const PAGE = 4096;

/** One time that somebody surely had a lease: from the answer that gave it until the request that gave it back. */
export interface Hold {
  readonly partition: string;
  readonly owner: string;
  readonly fromMs: number;
  toMs: number;
}

const text = z.object({ S: z.string() });
/** The two writes of layers/adapters/dynamodb/leases.ts that begin and end a hold, on the wire. */
const LeaseWrite = z.object({
  Key: z.object({ pk: text, sk: z.object({ S: z.literal('LEASE') }) }),
  ExpressionAttributeValues: z.object({
    ':owner': text,
    ':one': z.unknown().optional(),
    ':zero': z.unknown().optional(),
  }),
});

/** A DynamoDB behind this one, which watches what is asked: who holds which lease when, and what it would cost. */
export class TableWatch {
  readonly units: Units = { writes: 0, reads: 0 };
  readonly holds: Hold[] = [];
  readonly #open = new Map<string, Hold>();
  #server: LocalServer | undefined;
  #target = '';

  async open(): Promise<string> {
    this.#server = await listen((request, response) => {
      this.#pass(request, response).catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
    });
    return this.#server.url;
  }

  /** Where the table is; asked before, it answers 502. */
  leadTo(url: string): void {
    this.#target = url;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Forgets what it has seen. */
  reset(): void {
    Object.assign(this.units, { writes: 0, reads: 0 });
    this.holds.length = 0;
  }

  /** Pairs of holders who had the same lease at the same time. */
  overlaps(): readonly (readonly [Hold, Hold])[] {
    const byLease = Map.groupBy(this.holds, ({ partition }) => partition);
    return [...byLease.values()].flatMap((holds) => {
      const sorted = holds.toSorted((a, b) => a.fromMs - b.fromMs);
      return sorted.flatMap((later, index) => {
        const before = sorted.slice(0, index).find(({ toMs }) => toMs > later.fromMs);
        return before ? [[before, later] as const] : [];
      });
    });
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request, MOST_BYTES))?.toString() ?? '';
    const target = String(request.headers['x-amz-target']);
    const operation = target.split('.').at(-1) ?? '';
    const asked: unknown = JSON.parse(body);
    const lease = operation === 'UpdateItem' ? LeaseWrite.safeParse(asked).data : undefined;
    const askedMs = performance.now();
    const answer = await this.#forward(target, body);
    if (lease && answer.status === 200) this.#note(lease, askedMs);
    this.#count(operation, { asked, bytes: answer.text.length });
    response.writeHead(answer.status, {
      'content-type': CONTENT,
      ...(answer.crc !== null && { 'x-amz-crc32': answer.crc }),
    });
    response.end(answer.text);
  }

  async #forward(target: string, body: string) {
    const headers = { 'x-amz-target': target, 'content-type': CONTENT };
    const answer = await fetch(this.#target, { method: 'POST', headers, body });
    const { status } = answer;
    return { status, crc: answer.headers.get('x-amz-crc32'), text: await answer.text() };
  }

  /** A lease that was given, or given back; whoever gives it back a second time ends nothing. */
  #note(
    { Key, ExpressionAttributeValues: values }: z.infer<typeof LeaseWrite>,
    askedMs: number,
  ): void {
    const [partition, owner] = [Key.pk.S, values[':owner'].S];
    const name = `${partition} ${owner}`;
    if (':one' in values) {
      const hold: Hold = { partition, owner, fromMs: performance.now(), toMs: Infinity };
      this.holds.push(hold);
      this.#open.set(name, hold);
    } else if (':zero' in values) {
      const hold = this.#open.get(name);
      if (hold) hold.toMs = askedMs;
      this.#open.delete(name);
    }
  }

  #count(
    operation: string,
    { asked, bytes }: { readonly asked: unknown; readonly bytes: number },
  ): void {
    const units = unitsOf(operation, z.looseObject({}).parse(asked));
    if (units === undefined) throw new Error(`Nobody has said what ${operation} costs.`);
    this.units.writes += units.writes;
    this.units.reads += units.reads * (operation === 'Query' ? Math.ceil(bytes / PAGE) : 1);
  }
}
