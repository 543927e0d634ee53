import * as z from 'zod';
import type { WorkerTools } from '#contract/execution-market-requests.ts';
import { TOOL_SUCCESS } from '#contract/execution-market-words.ts';
import type { TaskId } from '#contract/ids.ts';
import type { Answer, MarketError, Task } from '#core/ports/market.ts';
import { EmHttp } from './em-http.ts';
import { thrown, unanswered, unsendable } from './errors.ts';
import type { McpSession } from './mcp-session.ts';
import { type EmOptions, jsonOf } from './wire.ts';
import { RestWorker, type WorkerHalf } from './worker-rest.ts';

/** What `em_get_my_tasks` gives at most, and says nothing of the rest. */
const MOST = 100;
const HANDED_IN: readonly string[] = ['submitted', 'verifying', 'completed'];

const MyTasks = z.object({
  assigned_tasks: z.array(z.object({ id: z.string(), status: z.string() })),
  applications: z.array(z.object({ task_id: z.string() })),
});
type MyTasks = z.infer<typeof MyTasks>;
type Done = Answer<void>;

const DONE: Done = { ok: true, value: undefined };

/**
 * The worker's half over MCP, the one door where production Execution Market takes a worker's ERC-8128 signature. A tool answers in
 * text: it succeeded only when that begins with the heading we know. Of any other text nothing is concluded but what the market then
 * says of our tasks. Registering and browsing are public over REST. Source: `facts/execution-market.md` section 1.6.
 */
export class McpWorker implements WorkerHalf {
  readonly #rest: RestWorker;
  readonly #options: EmOptions;
  readonly #url: string;
  #session: McpSession | undefined;

  constructor(options: EmOptions & { /** With its slash at the end. */ readonly mcpUrl: string }) {
    this.#options = options;
    this.#url = options.mcpUrl;
    this.#rest = new RestWorker(new EmHttp(options), options.signer.address);
  }

  register(displayName: string): Promise<Answer<{ readonly executorId: string }>> {
    return this.#rest.register(displayName);
  }

  available(filter: {
    readonly skill: string;
    readonly limit: number;
  }): Promise<Answer<readonly Task[]>> {
    return this.#rest.available(filter);
  }

  async apply(
    id: TaskId,
    { executorId, message }: { readonly executorId: string; readonly message: string },
  ): Promise<Done> {
    const params = { task_id: id, executor_id: executorId, message };
    const text = await this.#tool('em_apply_to_task', { params });
    if (!text.ok) return text;
    if (text.value.startsWith(TOOL_SUCCESS.em_apply_to_task)) return DONE;
    return this.#readBack(
      text.value,
      executorId,
      ({ applications, assigned_tasks: assigned }) =>
        applications.some(({ task_id }) => task_id === id) ||
        assigned.some((task) => task.id === id),
    );
  }

  async submit(
    id: TaskId,
    work: {
      readonly executorId: string;
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly notes: string;
    },
  ): Promise<Done> {
    const { executorId, evidence, notes } = work;
    const params = { task_id: id, executor_id: executorId, evidence, notes };
    const text = await this.#tool('em_submit_work', { params });
    if (!text.ok) return text;
    if (text.value.startsWith(TOOL_SUCCESS.em_submit_work)) return DONE;
    return this.#readBack(text.value, executorId, ({ assigned_tasks: assigned }) =>
      assigned.some((task) => task.id === id && HANDED_IN.includes(task.status)),
    );
  }

  /** A rating cannot be read back as ours: a text that we do not know says to look, as a 409 would. */
  async rateAgent(
    id: TaskId,
    { score, comment }: { readonly score: number; readonly comment: string },
  ): Promise<Done> {
    const text = await this.#tool('em_rate_agent', { task_id: id, score, comment });
    if (!text.ok) return text;
    if (text.value.startsWith(TOOL_SUCCESS.em_rate_agent)) return DONE;
    return { ok: false, error: said('conflict', text.value) };
  }

  /** What the market holds of us decides; that it holds nothing is a refusal, in the tool's words. */
  async #readBack(
    text: string,
    executorId: string,
    isDone: (mine: MyTasks) => boolean,
  ): Promise<Done> {
    const params = { executor_id: executorId, limit: MOST, response_format: 'json' };
    const answer = await this.#tool('em_get_my_tasks', { params });
    if (!answer.ok) return answer;
    const mine = MyTasks.safeParse(jsonOf(Buffer.from(answer.value)));
    if (!mine.success)
      return { ok: false, error: unanswered(200, `unknown tasks: ${answer.value}`) };
    if (isDone(mine.data)) return DONE;
    // with as many as it gives at most, ours may be among those that it left out
    const isWhole = mine.data.applications.length < MOST && mine.data.assigned_tasks.length < MOST;
    return { ok: false, error: isWhole ? said('forbidden', text) : unanswered(200, text) };
  }

  async #tool(
    name: keyof typeof WorkerTools,
    args: Record<string, unknown>,
  ): Promise<Answer<string>> {
    const requests = await import('#contract/execution-market-requests.ts');
    const wrong = unsendable(requests.WorkerTools[name], args);
    if (wrong) return { ok: false, error: wrong };
    try {
      if (!this.#session) {
        // the SDK is larger than all else a beat needs: who never sells never loads it
        const { McpSession: Session } = await import('./mcp-session.ts');
        this.#session = new Session(this.#url, this.#options);
      }
      return { ok: true, value: await this.#session.tool(name, args) };
    } catch (error) {
      return { ok: false, error: thrown(error) };
    }
  }
}

function said(kind: MarketError['kind'], text: string): MarketError {
  return { ...unanswered(200, text.replaceAll(/\s+/g, ' ')), kind };
}
