import { setImmediate as turn } from 'node:timers/promises';
import { UsdNumber } from '#contract/money.ts';
import { wrongWith } from './market/invariants.ts';
import { type Draft, drafts } from './market/operations.ts';
import { type Drawn, drawn } from './market/requests.ts';
import { fuzzStorefront } from './market/storefront.ts';
import {
  type Actor,
  type Answered,
  actorsOf,
  ask,
  at,
  type KnownTask,
  type Target,
  textAt,
} from './market/world.ts';

export interface MarketFuzz {
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Tasks by the state they ended in. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Locks that the market took. */
  readonly locks: number;
  /** Sentences; the seed makes the same requests again. */
  readonly wrong: readonly string[];
}

export interface FuzzOptions {
  readonly n: number;
  readonly seed: number;
}

/** Of every ten requests one goes to the storefront. */
const STOREFRONT_SHARE = 10;
/** More sentences than these help nobody. */
const ENOUGH = 20;
/** What changes a task, so that it is looked at. */
const CHANGES = /(assign|cancel|submit|approve|reject|request-more-info)$/;

/**
 * Sends requests made of the market's own schemas, right and damaged, by whom it concerns and by strangers, some twice at once. No
 * answer may be a 5xx but 502, and no task may come into a state, or its money to a place, where it must not be.
 */
export async function fuzzMarket(target: Target, { n, seed }: FuzzOptions): Promise<MarketFuzz> {
  const actors = await actorsOf(target);
  const run = new Run(target, actors);
  for (const draft of drafts(n, seed)) {
    await run.one(draft);
    if (run.wrong.length >= ENOUGH) break;
    // long runs of refusals must let timers fire
    await turn();
  }
  await run.lookAtAll();
  const [actor] = actors;
  if (target.storefrontUrl !== undefined && actor) {
    const knocks = Math.ceil(n / STOREFRONT_SHARE);
    run.wrong.push(...(await fuzzStorefront(knocks, { seed, target, actor })));
  }
  return run.report();
}

class Run {
  readonly wrong: string[] = [];
  readonly #target: Target;
  readonly #actors: readonly Actor[];
  readonly #tasks: KnownTask[] = [];
  readonly #statuses: Record<number, number> = {};

  constructor(target: Target, actors: readonly Actor[]) {
    this.#target = target;
    this.#actors = actors;
  }

  async one(draft: Draft): Promise<void> {
    const request = await drawn(draft, {
      actors: this.#actors,
      tasks: this.#tasks,
      target: this.#target,
    });
    if (!request) return;
    const times = draft.isDoubled ? 2 : 1;
    const answers = await Promise.all(
      Array.from({ length: times }, () => ask(this.#target, request.asked)),
    );
    for (const answer of answers) this.#note(request, answer);
    const { task } = request;
    if (task && CHANGES.test(draft.operation.path)) await this.#look(task);
  }

  async lookAtAll(): Promise<void> {
    for (const task of this.#tasks) await this.#look(task);
  }

  report(): MarketFuzz {
    const tasks: Record<string, number> = {};
    for (const { status } of this.#tasks) tasks[status] = (tasks[status] ?? 0) + 1;
    return {
      requests: Object.values(this.#statuses).reduce((sum, count) => sum + count, 0),
      statuses: this.#statuses,
      tasks,
      locks: this.#tasks.reduce((sum, { taken }) => sum + taken.length, 0),
      wrong: this.wrong,
    };
  }

  async #look(task: KnownTask): Promise<void> {
    const wrong = await wrongWith(task, this.#target);
    if (wrong !== undefined) this.wrong.push(`task ${task.id}: ${wrong}`);
  }

  #note({ asked, task, by }: Drawn, { status, text, json }: Answered): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status >= 500 && status !== 502) {
      const { method, url, body = '' } = asked;
      this.wrong.push(
        `${method} ${url} was answered ${status}: ${text.slice(0, 200)} to ${body.slice(0, 500)}`,
      );
    }
    if (status === 201) this.#learn(by, json);
    if (status === 200 && task) learnOf(task, by, { url: asked.url, json });
  }

  #learn(publisher: Actor, json: unknown): void {
    const [id, deadline] = [textAt(json, 'id'), textAt(json, 'deadline')];
    const bounty = Number(at(json, 'bounty_usd'));
    if (id === undefined || deadline === undefined) return;
    this.#tasks.push({
      id,
      publisher,
      deadline: new Date(deadline),
      bounty: UsdNumber.parse(bounty),
      applicants: [],
      offer: undefined,
      worker: undefined,
      taken: [],
      submissions: new Set(),
      status: 'published',
    });
  }
}

/** What a granted request says of its task. */
function learnOf(
  task: KnownTask,
  by: Actor,
  { url, json }: { readonly url: string; readonly json: unknown },
): void {
  if (url.endsWith('/apply')) task.applicants.push(by);
  const submission = textAt(json, 'data', 'submission_id');
  if (submission !== undefined) task.submissions.add(submission);
  const { offer } = task;
  if (
    url.endsWith('/assign') &&
    offer &&
    textAt(json, 'data', 'escrow', 'escrow_tx') === offer.lock.tx
  ) {
    task.taken.push(offer.lock);
    task.worker = offer.worker;
    task.offer = undefined;
  }
}
