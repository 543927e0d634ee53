import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import {
  CALL_EVERY,
  type Count,
  copiesIn,
  countByVoice,
  countNotes,
  type Heard,
  notesOf,
  readText,
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
  #relay: RelayProcess;
  readonly #kills = { server: 0, relay: 0 };

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
    const place = await startPlace(options.dir);
    const ircd = await startKillable(options.ircd, join(options.dir));
    return new Run({ options, place, ircd, mute: await startMute(ircd.certificate) });
  }

  async close(): Promise<void> {
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
    return this.#place.startRelay({
      servers: `127.0.0.1:${this.#ircd.port},127.0.0.1:${this.#mute.port}`,
      fingerprint: this.#ircd.certificate.fingerprint,
      logEverySeconds: 2,
    });
  }

  async #killRelay(): Promise<void> {
    this.#options.onProgress('SIGKILL to the relay');
    this.#kills.relay += 1;
    await this.#relay.kill('SIGKILL');
    this.#relay = this.#startRelay();
  }

  async #killServer(): Promise<void> {
    this.#options.onProgress('the server is killed and started again');
    this.#kills.server += 1;
    await this.#ircd.kill();
    await sleep(200 + this.#options.roll() * 1500);
    await this.#ircd.start();
  }

  /** Killed with the relay, so that its nick is free to be taken. */
  async #stealNick(): Promise<void> {
    this.#options.onProgress('a stranger takes a nick');
    this.#kills.relay += 1;
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
    this.#options.onProgress('the next server of the list never answers');
    this.#kills.server += 1;
    await this.#ircd.kill();
    await this.#mute.met();
    await this.#ircd.start();
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
    const inbound = countByVoice(await this.#logged(), said);
    const noted = new Map(PEOPLE.map((nick, index) => [nick, notesOf(said.get(nick) ?? 0, index)]));
    const notes = await this.#settled(async () => countNotes(await this.#notes(), noted));
    const violations = [
      ...this.#faults('out', out),
      ...this.#faults('in', inbound),
      ...this.#faults('notes', notes),
      ...(isOut === 0 ? [] : [`the relay ended with ${String(isOut)} at SIGTERM`]),
    ];
    return { ...out, ok: violations.length === 0, inbound, notes, kills: this.#kills, violations };
  }

  /** A kill may double the line that each agent has under way, and nothing else. */
  #faults(what: string, { lost, doubled, misordered }: Count): string[] {
    const { server, relay } = this.#kills;
    const most = what === 'out' ? (server + relay) * ROSTER.length : 0;
    return [
      ...(lost > 0 ? [`${what}: ${lost} lost`] : []),
      ...(doubled > most ? [`${what}: ${doubled} doubled, at most ${most}`] : []),
      ...(misordered > 0 ? [`${what}: ${misordered} out of order`] : []),
    ];
  }

  async #settled(count: () => Count | Promise<Count>): Promise<Count> {
    const end = Date.now() + SETTLE_MS;
    for (;;) {
      const now = await count();
      if (now.lost === 0 || Date.now() > end) return now;
      await sleep(500);
    }
  }

  /** What the log's objects hold; a line that several hold is one line, as the collector has it. */
  async #logged(): Promise<readonly Heard[]> {
    const seen = new Map<string, Heard>();
    const prefix = objectKey.log(COLLECTOR, 'irc/');
    for await (const { key } of this.#place.objects.list(prefix)) {
      const body = new TextDecoder().decode(await this.#place.objects.read(key));
      for (const [text, copies] of copiesIn(body)) {
        const before = seen.get(text)?.copies ?? 0;
        if (copies > before) seen.set(text, { ...readText(text), copies });
      }
    }
    return [...seen.values()].flatMap((heard) => Array<Heard>(heard.copies ?? 1).fill(heard));
  }

  async #notes(): Promise<readonly Heard[]> {
    return (await this.#place.inbox(CALLED)).map(({ text }) => readText(String(text)));
  }
}

async function until(time: number): Promise<void> {
  await sleep(Math.max(0, time - Date.now()));
}
