import type { LambdaFunction, Outcome } from './function.ts';
import { openSandbox, type Sandbox, type SandboxSite } from './sandbox.ts';

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

export interface Pool {
  /** undefined means refused: too many requests */
  readonly run: (
    fn: LambdaFunction,
    payload: string,
    whenBusy: WhenBusy,
  ) => Promise<Outcome | undefined>;
  /** Invocations that have begun or wait for a sandbox. */
  readonly busy: () => number;
}

interface Slot {
  readonly functionName: string;
  sandbox: Promise<Sandbox>;
  idle: boolean;
  reaper?: NodeJS.Timeout;
}

/** Sandboxes on demand: warm ones are used again, idle ones end after a while or when another function needs the place. */
export function startPool(options: PoolOptions): Pool {
  const slots = new Set<Slot>();
  const waiters: { readonly fn: LambdaFunction; readonly go: (slot: Slot) => void }[] = [];
  let busy = 0;

  function take(fn: LambdaFunction): Slot | undefined {
    const own = [...slots].filter(({ functionName }) => functionName === fn.name);
    const warm = own.findLast(({ idle }) => idle);
    if (warm) {
      clearTimeout(warm.reaper);
      warm.idle = false;
      return warm;
    }
    if (own.length >= (fn.reserved ?? options.maxPerFunction) || !makeRoom()) return undefined;
    const slot: Slot = { functionName: fn.name, sandbox: openSandbox(fn, options), idle: false };
    slots.add(slot);
    return slot;
  }

  function makeRoom(): boolean {
    if (slots.size < options.maxTotal) return true;
    const idle = [...slots].find((slot) => slot.idle);
    if (idle) drop(idle);
    return idle !== undefined;
  }

  function drop(slot: Slot): void {
    clearTimeout(slot.reaper);
    slots.delete(slot);
    void slot.sandbox.then((sandbox) => {
      sandbox.end();
    });
  }

  function giveBack(slot: Slot, alive: boolean): void {
    if (alive) {
      slot.idle = true;
      slot.reaper = setTimeout(drop, options.idleMs, slot);
      slot.reaper.unref();
    } else {
      slots.delete(slot);
    }
    for (const waiter of [...waiters]) {
      const free = take(waiter.fn);
      if (!free) continue;
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.go(free);
    }
  }

  async function run(slot: Slot, fn: LambdaFunction, payload: string): Promise<Outcome> {
    let alive = false;
    try {
      for (;;) {
        const sandbox = await slot.sandbox;
        const outcome = await sandbox.run(payload);
        alive = sandbox.isAlive();
        if (outcome) return outcome;
        // someone killed it between two invocations
        slot.sandbox = openSandbox(fn, options);
      }
    } finally {
      giveBack(slot, alive);
    }
  }

  return {
    busy: () => busy,
    run: async (fn, payload, whenBusy) => {
      let slot = take(fn);
      // without a reservation AWS has a thousand places: then the smallness of this machine is no reason to refuse
      if (!slot && whenBusy === 'refuse' && fn.reserved !== undefined) return undefined;
      busy += 1;
      try {
        slot ??= await new Promise<Slot>((go) => waiters.push({ fn, go }));
        return await run(slot, fn, payload);
      } finally {
        busy -= 1;
      }
    },
  };
}
