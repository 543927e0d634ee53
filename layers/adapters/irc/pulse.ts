/**
 * Whether the server still answers, whatever else it sends: asks by PING, and calls it dead when the answer to one does not come.
 * A connection that nobody answers on may look alive for hours.
 */
export class Pulse {
  readonly #options: {
    readonly pingSeconds: number;
    readonly deadSeconds: number;
    readonly ask: (token: string) => void;
    readonly onDead: () => void;
  };
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly pingSeconds: number;
    readonly deadSeconds: number;
    readonly ask: (token: string) => void;
    readonly onDead: () => void;
  }) {
    this.#options = options;
  }

  /** From the moment that a connection is tried: it must be registered in time, too. */
  start(): void {
    this.#wait(this.#options.deadSeconds, this.#options.onDead);
  }

  onRegistered(): void {
    this.#wait(this.#options.pingSeconds, this.#ask);
  }

  onPong(token: string): void {
    if (token === this.#token()) this.#wait(this.#options.pingSeconds, this.#ask);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #ask = (): void => {
    this.#count += 1;
    this.#options.ask(this.#token());
    this.#wait(this.#options.deadSeconds, this.#options.onDead);
  };

  #token(): string {
    return `alive-${this.#count}`;
  }

  #wait(seconds: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, seconds * 1000);
  }
}
