import type { IrcCredentials } from '#contract/irc-server.ts';
import type { Agent } from '#contract/roster.ts';
import type { NickLeases } from '#core/ports/nick-leases.ts';
import type { QueuedLines } from '#core/ports/queued-lines.ts';
import { introduction } from '#core/talk/introduction.ts';
import { Carrier } from './carrier.ts';
import type { ChannelLog } from './channel-log.ts';
import { Ears } from './ears.ts';
import type { Errands } from './errands.ts';
import type { Network, Temper } from './temper.ts';
import { Tenure } from './tenure.ts';
import { Turnstile } from './turnstile.ts';
import { Voice } from './voice.ts';

export interface RelayOptions {
  readonly roster: readonly Agent[];
  readonly network: Network;
  readonly credentials: IrcCredentials;
  readonly temper: Temper;
  readonly queue: QueuedLines;
  readonly holdSeconds: number;
  readonly leases: NickLeases;
  /** Whose the nicks are while they are ours. */
  readonly owner: string;
  readonly errands: Errands;
  readonly log: ChannelLog;
  /** Whether an agent may introduce itself now: once an hour. */
  readonly mayIntroduce: (agentId: string) => Promise<boolean>;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

export interface RelayHealth {
  /** Nicks that are ours to bear, and how many of them are connected. */
  readonly agents: number;
  /** Another relay bears all of them. */
  readonly isStandby: boolean;
  readonly connected: number;
  readonly sent: number;
  readonly buried: number;
  readonly held: number;
  readonly heard: number;
  /** Bytes of what was heard and has not yet gone where it belongs. */
  readonly behind: number;
  /** Milliseconds since any connection was up while it should have been, and since the queue answered. */
  readonly silentMs: number;
  readonly queueAwayMs: number;
}

const DRAIN_MS = 5000;

/** A voice for each agent whose nick is ours, one pair of ears, one carrier. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #voices: ReadonlyMap<string, Voice>;
  readonly #ears: Ears;
  readonly #carrier: Carrier;
  readonly #tenure: Tenure;
  readonly #stopping = new AbortController();
  readonly #work: Promise<void>[] = [];
  /** While at least one nick is ours. */
  #carrying: { readonly end: AbortController; readonly done: Promise<void> } | undefined;
  #lastUp = Date.now();

  constructor(options: RelayOptions) {
    const { roster, temper, errands, log } = options;
    this.#options = options;
    this.#ears = new Ears({
      roster,
      nickOf: (id) => this.#voices.get(id)?.nick ?? id,
      onErrand: (errand) => {
        errands.add(errand);
      },
      onSaid: (line) => {
        log.add(line);
      },
    });
    this.#voices = this.#makeVoices(new Turnstile(temper.connectGapMs));
    this.#carrier = new Carrier({
      ...options,
      pace: temper.pace,
      retryMs: temper.rejoinMs,
      speakers: this.#voices,
    });
    this.#tenure = new Tenure({
      ...options,
      ...temper,
      agents: roster.map(({ id }) => id),
      onGained: (agentId) => {
        this.#voices.get(agentId)?.connect();
        this.#carry();
      },
      onLost: (agentId) => {
        options.onEvent('nick-lost', { agentId });
        void this.#voices.get(agentId)?.stop('Another speaks for me now');
        if (this.#tenure.held === 0) this.#carrying?.end.abort();
      },
    });
  }

  /** Resolves never, or rejects when it cannot go on. */
  async start(): Promise<void> {
    const { signal } = this.#stopping;
    const { errands, log } = this.#options;
    this.#work.push(this.#tenure.run(signal), log.run(signal), errands.run(signal));
    await Promise.all(this.#work);
  }

  /** Takes no more lines, finishes those under way, gives the others back, says goodbye, and puts away what was heard. */
  async stop(reason: string): Promise<void> {
    const { errands, log } = this.#options;
    this.#carrying?.end.abort();
    // a server that has fallen silent answers nothing that is under way
    if (this.#carrying !== undefined) await within(DRAIN_MS, this.#carrying.done);
    await Promise.all([...this.#voices.values()].map((voice) => voice.stop(reason)));
    await Promise.all([
      this.#tenure.free(),
      within(DRAIN_MS, errands.drained(AbortSignal.timeout(DRAIN_MS))),
      within(DRAIN_MS, log.drain()),
    ]);
    this.#stopping.abort();
    await within(DRAIN_MS, Promise.allSettled(this.#work));
  }

  health(now: number): RelayHealth {
    const connected = [...this.#voices.values()].filter(({ isUp }) => isUp).length;
    const agents = this.#tenure.held;
    if (connected > 0 || this.#tenure.isStandby) this.#lastUp = now;
    return {
      agents,
      isStandby: this.#tenure.isStandby,
      connected,
      sent: this.#carrier.sent,
      buried: this.#carrier.buried,
      held: this.#carrier.held,
      heard: this.#ears.heard,
      behind: this.#options.errands.behind,
      silentMs: now - this.#lastUp,
      queueAwayMs: this.#carrying === undefined ? 0 : now - this.#carrier.lastReceive,
    };
  }

  #makeVoices(turnstile: Turnstile): Map<string, Voice> {
    const { roster, credentials, ...options } = this.#options;
    return new Map(
      roster.map((agent) => {
        const account = credentials[agent.id];
        const voice: Voice = new Voice({
          ...options,
          nick: agent.id,
          channels: agent.channels,
          ...(account !== undefined && { account }),
          turnstile,
          onLine: (line) => {
            this.#ears.hear(line, this.#observer(line.channel) === voice);
          },
          onJoined: (channel) => {
            if (channel === agent.channels[0]) void this.#introduce(agent, channel);
          },
        });
        return [agent.id, voice];
      }),
    );
  }

  /** The first in the roster's order that is in the channel now. */
  #observer(channel: string): Voice | undefined {
    for (const voice of this.#voices.values()) if (voice.isIn(channel)) return voice;
    return undefined;
  }

  async #introduce(agent: Agent, channel: string): Promise<void> {
    const carrying = this.#carrying;
    if (carrying === undefined) return;
    try {
      if (!(await this.#options.mayIntroduce(agent.id))) return;
      const text = introduction(agent, new Date());
      this.#carrier.sayAside(agent.id, { channel, text }, carrying.end.signal);
    } catch (error) {
      this.#options.onEvent('not-introduced', { agentId: agent.id, error: String(error) });
    }
  }

  #carry(): void {
    if (this.#carrying !== undefined) return;
    const end = new AbortController();
    const done = this.#carrier.run(end.signal).finally(() => {
      this.#carrying = undefined;
      // a nick was gained while we let go of the last
      if (this.#tenure.held > 0 && !this.#stopping.signal.aborted) this.#carry();
    });
    this.#carrying = { end, done };
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
