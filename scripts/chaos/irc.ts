import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { logged, noted } from './irc/arrived.ts';
import {
  CALL_EVERY,
  type Count,
  countByVoice,
  countNotes,
  excused,
  faults,
  notesOf,
} from './irc/counts.ts';
import { type IrcdKind, type KillableIrcd, startKillable } from './irc/ircds.ts';
import { startMute } from './irc/mute.ts';
import { Person } from './irc/person.ts';
import { type Place, type RelayProcess, startPlace } from './irc/place.ts';

export interface IrcChaosOptions {
  /** From agents to the channel, and as many from people to the log. */
  readonly lines: number;
  readonly ircd: IrcdKind;
  /** Lines a second, each way. */
  readonly perSecond: number;
  /** How long SQS is away. */
  readonly outageMs: number;
  readonly kills: number;
  readonly dir: string;
  /** Numbers in [0, 1). */
  readonly roll: () => number;
  readonly onProgress: (line: string) => void;
}

export interface IrcChaosReport extends Count {
  readonly ok: boolean;
  /** Of people's lines to the log: the same figures. */
  readonly inbound: Count;
  /** Every tenth of them calls an agent by name: the notes in its inbox. */
  readonly notes: Count;
  readonly kills: { readonly server: number; readonly relay: number };
  readonly violations: readonly string[];
}

const CHANNEL = '#execution-market';
const CALLED = AgentId.parse('kk-validator');
const PROBED = AgentId.parse('kk-coordinator');
const PEOPLE = ['maria', 'pedro', 'lucia'];
const SETTLE_MS = 120_000;

/**
 * Agents speak and people answer while the server is killed and started again, the relay is killed with SIGKILL, SQS is away, a stranger
 * takes a nick and a server never answers PING; then everybody's lines are counted from outside.
 */
export async function ircChaos(options: IrcChaosOptions): Promise<IrcChaosReport> {
  const run = await Run.open(options);
  try {
    return await run.storm();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: IrcChaosOptions;
  readonly #place: Place;
  readonly #ircd: KillableIrcd;
  readonly #mute: Awaited<ReturnType<typeof startMute>>;
  readonly #witness: Person;
  readonly #people: readonly Person[];
  /** All that there have been. */
  readonly #relays: RelayProcess[] = [];
  #relay: RelayProcess;
  /** In their order; `at` by performance.now(). */
  readonly #kills: { readonly victim: 'server' | 'relay'; readonly at: number }[] = [];
  #probes = 0;

  private constructor(parts: {
    options: IrcChaosOptions;
    place: Place;
    ircd: KillableIrcd;
    mute: Awaited<ReturnType<typeof startMute>>;
  }) {
    this.#options = parts.options;
    this.#place = parts.place;
    this.#ircd = parts.ircd;
    this.#mute = parts.mute;
    const { port } = parts.ircd;
    // keeps the channel and its history alive, and hears all that is said
    this.#witness = new Person({ port, nick: 'witness', channel: CHANNEL });
    this.#people = PEOPLE.map((nick) => new Person({ port, nick, channel: CHANNEL }));
    this.#relay = this.#startRelay();
  }

  static async open(options: IrcChaosOptions): Promise<Run> {
    // the one that may not be here first: nothing else is left running then
    const ircd = await startKillable(options.ircd, options.dir);
    const place = await startPlace(options.dir);
    return new Run({ options, place, ircd, mute: await startMute(ircd.certificate) });
  }

  async close(): Promise<void> {
    const told = this.#relays.flatMap(({ output }) => output).join('');
    await writeFile(join(this.#options.dir, 'relay.log'), told);
    for (const person of [this.#witness, ...this.#people]) person.leave();
    await this.#place.stop();
    await this.#ircd.kill();
    await this.#mute.close();
  }

  async storm(): Promise<IrcChaosReport> {
    await this.#witness.isIn();
    const speaking = Promise.all([this.#agentsSpeak(), this.#peopleSpeak()]);
    for (const trouble of this.#troubles()) {
      await sleep(400 + this.#options.roll() * this.#gapMs());
      await trouble();
    }
    const [, said] = await speaking;
    return await this.#judge(said);
  }

  /** So that the troubles are spread over the time that speaking takes. */
  #gapMs(): number {
    const { lines, perSecond, kills } = this.#options;
    return Math.max(100, ((lines / perSecond) * 1000) / (kills + 2) - 800);
  }

  #troubles(): (() => Promise<void>)[] {
    const { kills, outageMs } = this.#options;
    const some = Array.from(
      { length: kills },
      (_, index) =>
        [() => this.#killRelay(), () => this.#killServer()][index % 2] ?? (() => this.#killRelay()),
    );
    const half = Math.ceil(some.length / 2);
    return [
      ...some.slice(0, half),
      () => this.#stealNick(),
      () => this.#loseSqs(outageMs),
      () => this.#moveToMute(),
      ...some.slice(half),
    ];
  }

  #startRelay(): RelayProcess {
    // the next of the list takes connections and never answers
    const relay = this.#place.startRelay({
      servers: `127.0.0.1:${this.#ircd.port},127.0.0.1:${this.#mute.port}`,
      fingerprint: this.#ircd.certificate.fingerprint,
      logEverySeconds: 2,
    });
    this.#relays.push(relay);
    return relay;
  }

  async #killRelay(): Promise<void> {
    this.#options.onProgress('SIGKILL to the relay');
    this.#kills.push({ victim: 'relay', at: performance.now() });
    await this.#relay.kill('SIGKILL');
    this.#relay = this.#startRelay();
  }

  async #killServer(): Promise<void> {
    await this.#allHeard();
    this.#options.onProgress('the server is killed and started again');
    this.#kills.push({ victim: 'server', at: performance.now() });
    await this.#ircd.kill();
    await sleep(200 + this.#options.roll() * 1500);
    await this.#ircd.start();
  }

  /** Killed with the relay, so that its nick is free to be taken. */
  async #stealNick(): Promise<void> {
    this.#options.onProgress('a stranger takes a nick');
    this.#kills.push({ victim: 'relay', at: performance.now() });
    await this.#relay.kill('SIGKILL');
    const thief = new Person({ port: this.#ircd.port, nick: CALLED, channel: CHANNEL });
    await thief.isIn();
    this.#relay = this.#startRelay();
    await sleep(4000);
    thief.leave();
  }

  async #loseSqs(ms: number): Promise<void> {
    this.#options.onProgress(`SQS is away for ${ms} ms`);
    this.#place.door.shut();
    await sleep(ms);
    this.#place.door.open();
  }

  /** The server dies for so long that the relay tries the next of its list, which never answers; it must come back. */
  async #moveToMute(): Promise<void> {
    await this.#allHeard();
    this.#options.onProgress('the next server of the list never answers');
    this.#kills.push({ victim: 'server', at: performance.now() });
    await this.#ircd.kill();
    await this.#mute.met();
    await this.#ircd.start();
  }

  /**
   * Until the relay has heard what was said so far: what only a server knew that dies while nobody listens is nobody's to hear. One
   * connection has all that came before a line, once it has that line.
   */
  async #allHeard(): Promise<void> {
    this.#probes += 1;
    const probe = `${PROBED}: probe ${this.#probes}`;
    await this.#witness.say(probe);
    const end = Date.now() + SETTLE_MS;
    const hasHeard = async () =>
      (await this.#place.inbox(PROBED)).some(({ text }) => text === probe);
    while (!(await hasHeard()) && Date.now() < end) await sleep(50);
  }

  async #agentsSpeak(): Promise<void> {
    const { lines, perSecond } = this.#options;
    const queue = new SqsLines(this.#place.sqsClient, this.#place.queueUrl('out'));
    const began = Date.now();
    for (let number = 0; number < lines; number += ROSTER.length) {
      await Promise.all(
        ROSTER.slice(0, lines - number).map(({ id }) =>
          queue.say({
            v: 1,
            id: `${id}:chaos:${number}`,
            agentId: id,
            channel: CHANNEL,
            text: `out ${id} ${Math.floor(number / ROSTER.length)}`,
          }),
        ),
      );
      await until(began + ((number + ROSTER.length) / perSecond) * 1000);
    }
  }

  /** How many lines each person has said: those that the server gave back to the speaker. */
  async #peopleSpeak(): Promise<ReadonlyMap<string, number>> {
    const { lines, perSecond } = this.#options;
    const each = Math.floor(lines / PEOPLE.length);
    await Promise.all(
      this.#people.map(async (person, index) => {
        const began = Date.now();
        for (let number = 0; number < each; number += 1) {
          const call = number % CALL_EVERY === index ? `${CALLED}: ` : '';
          await person.say(`${call}in ${person.nick} ${number}`);
          await until(began + ((number + 1) / perSecond) * 1000 * PEOPLE.length);
        }
      }),
    );
    return new Map(PEOPLE.map((nick) => [nick, each]));
  }

  async #judge(said: ReadonlyMap<string, number>): Promise<IrcChaosReport> {
    const { lines, onProgress } = this.#options;
    onProgress('waiting for the last lines');
    const wanted = new Map(
      ROSTER.map(({ id }, index) => [String(id), Math.ceil((lines - index) / ROSTER.length)]),
    );
    const out = await this.#settled(() => countByVoice(this.#witness.heard('out'), wanted));
    const isOut = await this.#relay.kill('SIGTERM');
    const inbound = countByVoice(await logged(this.#place), said);
    const calls = new Map(PEOPLE.map((nick, index) => [nick, notesOf(said.get(nick) ?? 0, index)]));
    const notes = await this.#settled(async () =>
      countNotes(await noted(this.#place, CALLED), calls),
    );
    const moments = this.#kills.map(({ at }) => at);
    const violations = [
      // a kill may double the line that each agent has under way, and nothing else
      ...faults(out, { what: 'out', excused: excused(this.#witness.heard('out'), moments) }),
      ...faults(inbound, { what: 'in', excused: 0 }),
      ...faults(notes, { what: 'notes', excused: 0 }),
      ...(isOut === 0 ? [] : [`the relay ended with ${String(isOut)} at SIGTERM`]),
    ];
    const kills = { server: this.#killsOf('server'), relay: this.#killsOf('relay') };
    return { ...out, ok: violations.length === 0, inbound, notes, kills, violations };
  }

  #killsOf(whom: 'server' | 'relay'): number {
    return this.#kills.filter(({ victim }) => victim === whom).length;
  }

  async #settled(count: () => Count | Promise<Count>): Promise<Count> {
    const end = Date.now() + SETTLE_MS;
    for (;;) {
      const now = await count();
      if (now.lost === 0 || Date.now() > end) return now;
      await sleep(500);
    }
  }
}

async function until(time: number): Promise<void> {
  await sleep(Math.max(0, time - Date.now()));
}
