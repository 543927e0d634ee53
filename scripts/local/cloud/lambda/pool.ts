import type { LambdaFunction, Outcome } from './function.ts';
import { Sandbox, type SandboxSite } from './sandbox.ts';

export interface PoolOptions extends SandboxSite {
  /** Invocations of one function at once, unless it reserves its own number. */
  readonly maxPerFunction: number;
  /** Sandboxes of all functions at once. */
  readonly maxTotal: number;
  /** How long a sandbox without work is kept. */
  readonly idleMs: number;
}

/** When every sandbox a function may have is busy: wait for one, or (only with reserved concurrency) be refused as AWS refuses (429). */
export type WhenBusy = 'wait' | 'refuse';

interface Slot {
  readonly functionName: string;
  sandbox: Promise<Sandbox>;
  isIdle: boolean;
  reaper?: NodeJS.Timeout;
}

interface Waiter {
  readonly fn: LambdaFunction;
  readonly go: (slot: Slot) => void;
}

/** Sandboxes on demand: warm ones are used again, idle ones end after a while or when another function needs the place. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #waiters: Waiter[] = [];
  #busy = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Invocations that have begun or wait for a sandbox. */
  get busy(): number {
    return this.#busy;
  }

  /** undefined means refused: too many requests. */
  async run(fn: LambdaFunction, payload: string, whenBusy: WhenBusy): Promise<Outcome | undefined> {
    let slot = this.#take(fn);
    // without a reservation AWS has a thousand places: then the smallness of this machine is no reason to refuse
    if (!slot && whenBusy === 'refuse' && fn.reserved !== undefined) return undefined;
    this.#busy += 1;
    try {
      slot ??= await new Promise<Slot>((go) => this.#waiters.push({ fn, go }));
      return await this.#use(slot, fn, payload);
    } finally {
      this.#busy -= 1;
    }
  }

  #take(fn: LambdaFunction): Slot | undefined {
    const own = [...this.#slots].filter(({ functionName }) => functionName === fn.name);
    const warm = own.findLast(({ isIdle }) => isIdle);
    if (warm) {
      clearTimeout(warm.reaper);
      warm.isIdle = false;
      return warm;
    }
    const most = fn.reserved ?? this.#options.maxPerFunction;
    if (own.length >= most || !this.#makeRoom()) return undefined;
    const slot: Slot = {
      functionName: fn.name,
      sandbox: Sandbox.open(fn, this.#options),
      isIdle: false,
    };
    this.#slots.add(slot);
    return slot;
  }

  #makeRoom(): boolean {
    if (this.#slots.size < this.#options.maxTotal) return true;
    const idle = [...this.#slots].find(({ isIdle }) => isIdle);
    if (idle) this.#drop(idle);
    return idle !== undefined;
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.reaper);
    this.#slots.delete(slot);
    void slot.sandbox.then((sandbox) => {
      sandbox.end();
    });
  }

  async #use(slot: Slot, fn: LambdaFunction, payload: string): Promise<Outcome> {
    let isAlive = false;
    try {
      for (;;) {
        const sandbox = await slot.sandbox;
        const outcome = await sandbox.run(payload);
        isAlive = sandbox.isAlive();
        if (outcome) return outcome;
        // someone killed it between two invocations
        slot.sandbox = Sandbox.open(fn, this.#options);
      }
    } finally {
      this.#giveBack(slot, isAlive);
    }
  }

  #giveBack(slot: Slot, isAlive: boolean): void {
    if (isAlive) {
      slot.isIdle = true;
      slot.reaper = setTimeout(() => {
        this.#drop(slot);
      }, this.#options.idleMs);
      slot.reaper.unref();
    } else {
      this.#slots.delete(slot);
    }
    for (const waiter of [...this.#waiters]) {
      const free = this.#take(waiter.fn);
      if (!free) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.go(free);
    }
  }
}
