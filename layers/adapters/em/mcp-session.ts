import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as z from 'zod';
import { Refused } from './errors.ts';
import { type EmOptions, errorIn, send } from './wire.ts';

const Content = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
});
// the SDK's own transport is not exact about optional properties, as its own interface is
const AnyTransport = z.custom<Transport>((value) => value instanceof StreamableHTTPClientTransport);
/** A session that the server has forgotten. */
const UNKNOWN_SESSION = 404;

/**
 * Tools of one MCP server over streamable HTTP, every HTTP request signed by ERC-8128. A session is kept for as long as it works: one
 * that failed is left, and the next call begins another.
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
export class McpSession {
  readonly #url: URL;
  readonly #options: EmOptions;
  #client: Client | undefined;

  constructor(url: string, options: EmOptions) {
    this.#url = new URL(url);
    this.#options = options;
  }

  /**
   * The text of a tool's answer.
   * @throws Refused with what HTTP said; whatever the SDK throws when nothing usable came
   */
  async tool(name: string, args: Record<string, unknown>): Promise<string> {
    const isOld = this.#client !== undefined;
    try {
      return await this.#call(name, args);
    } catch (error) {
      await this.#leave();
      // it was not looked at: the same call again, in a session of its own
      if (isOld && error instanceof Refused && error.error.status === UNKNOWN_SESSION) {
        return this.#call(name, args);
      }
      throw error;
    }
  }

  async #call(name: string, args: Record<string, unknown>): Promise<string> {
    this.#client ??= await this.#connect();
    const { timeoutMs = 29_000 } = this.#options;
    const result = await this.#client.callTool({ name, arguments: args }, undefined, {
      timeout: timeoutMs,
    });
    return Content.parse(result)
      .content.map(({ text = '' }) => text)
      .join('\n');
  }

  async #connect(): Promise<Client> {
    const client = new Client({ name: 'economia-viva', version: '1' });
    const transport = new StreamableHTTPClientTransport(this.#url, {
      fetch: (url, init) => this.#fetch(String(url), init),
    });
    await client.connect(AnyTransport.parse(transport));
    return client;
  }

  async #leave(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  async #fetch(
    url: string,
    { method = 'GET', headers, body }: RequestInit = {},
  ): Promise<Response> {
    // a stream for what a server may say unasked: these tools say nothing, and a frozen Lambda would lose it
    if (method === 'GET') return new Response(null, { status: 405 });
    const request = {
      method,
      url,
      headers: Object.fromEntries(new Headers(headers)),
      isSigned: true,
      ...(typeof body === 'string' && { body }),
    };
    const answered = await send(request, this.#options);
    const error = errorIn(answered, this.#options.now());
    if (error) throw new Refused(error);
    const { response, bytes } = answered;
    const { status } = response;
    return new Response(bytes.byteLength === 0 ? null : bytes, {
      status,
      headers: response.headers,
    });
  }
}
