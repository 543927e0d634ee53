/** Longest message without its tags, CR and LF included: RFC 2812 section 2.3. */
const MAX_MESSAGE = 512;
/** Tags a client may send, `@` and space included: https://ircv3.net/specs/extensions/message-tags#size-limit */
const MAX_TAGS = 4096;
const MAX_PARAMS = 15;

/** One parsed line from a client; its source, if it sent one, is ignored. */
export interface Message {
  /** https://ircv3.net/specs/extensions/labeled-response */
  readonly label?: string;
  readonly command: string;
  readonly params: readonly string[];
}

/** Parses a line without its CR LF (RFC 2812 section 2.3.1); undefined when there is no command in it. */
export function parseMessage(line: string): Message | undefined {
  const match = /^(?:@([^ ]*) +)?(?::[^ ]* +)?([A-Za-z]+|\d{3})(?: (.*))?$/s.exec(line.trimStart());
  if (match === null) return undefined;
  const [, tags = '', command = '', rest = ''] = match;
  const label = /(?:^|;)label=([\w-]{1,64})(?:;|$)/.exec(tags)?.[1];
  const trailing = / :|^:/.exec(rest);
  const middle = trailing === null ? rest : rest.slice(0, trailing.index);
  const params = middle.split(' ').filter((param) => param !== '');
  if (trailing !== null) params.push(rest.slice(trailing.index + trailing[0].length));
  return {
    ...(label !== undefined && { label }),
    command: command.toUpperCase(),
    params: params.slice(0, MAX_PARAMS),
  };
}

/** A message cut to what fits in 512 bytes with its CR LF, between code points. */
export function limitMessage(line: string): string {
  const bytes = Buffer.from(line);
  if (bytes.length <= MAX_MESSAGE - 2) return line;
  return new TextDecoder().decode(bytes.subarray(0, MAX_MESSAGE - 2)).replace(/\uFFFD+$/, '');
}

/** Cuts a client's bytes into lines. Never holds more than the longest legal line: the rest of a longer one is thrown away. */
export class LineReader {
  #held = Buffer.alloc(0);
  #skipping = false;

  read(chunk: Buffer): string[] {
    const lines: string[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      this.#hold(rest.subarray(0, end));
      lines.push(this.#take());
      rest = rest.subarray(end + 1);
    }
    this.#hold(rest);
    return lines.filter((line) => line !== '');
  }

  #hold(bytes: Buffer): void {
    if (this.#skipping) return;
    const room = MAX_TAGS + MAX_MESSAGE - this.#held.length;
    this.#skipping = bytes.length > room;
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, room)]);
  }

  #take(): string {
    const line = this.#held.toString().replace(/[\0\r]+/g, '');
    this.#held = Buffer.alloc(0);
    this.#skipping = false;
    return line.startsWith('@') ? line : limitMessage(line);
  }
}
