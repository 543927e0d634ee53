import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { audit } from './audit.ts';
import { begin, kill, type Life, printed } from './life.ts';
import { belonging, living, type Process } from './processes.ts';
import { type Evidence, judge, type Verdict } from './verdict.ts';
import { draw } from './victims.ts';

/** Between two kills, in ms: short enough to meet starts, long enough to let something happen. */
const PAUSE_MS = { least: 300, most: 6_000 } as const;
/** How long what was killed or told to end may take to be gone. */
const GRACE_MS = 3_000;

export interface ChaosOptions {
  readonly kills: number;
  /** Folder for state folders (`round-1`), what their last life printed (`round-1.json`) and what all of them told (`round-1.log`). */
  readonly dir: string;
  /** Whether a round that went well leaves anything there. */
  readonly keeps: boolean;
  readonly portBase: number;
  /** Flags of `viva up` besides those that say where. */
  readonly flags: readonly string[];
  /** Numbers in [0, 1). */
  readonly roll: () => number;
  readonly onProgress: (line: string) => void;
}

export interface ChaosReport {
  readonly kills: number;
  readonly rounds: number;
  readonly ok: boolean;
  /** The fewest deals that any round settled. */
  readonly deals: number;
  /** Payments beyond one for each deal, over all rounds. */
  readonly paidTwice: number;
  /** Processes that outlived their economy, over all rounds. */
  readonly orphans: number;
  readonly violations: readonly string[];
}

/** Kills until it has killed often enough, in as many rounds as that takes, and holds each round against what must hold. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  let kills = 0;
  const verdicts: (Verdict & { readonly orphans: number })[] = [];
  while (kills < options.kills || verdicts.length === 0) {
    const round = new Round(options, verdicts.length + 1);
    kills += await round.run(options.kills - kills);
    const verdict = await round.verdict();
    verdicts.push(verdict);
    if (verdict.violations.length > 0) break;
    if (!options.keeps) await round.clean();
  }
  const total = (of: 'paidTwice' | 'orphans'): number =>
    verdicts.reduce((sum, verdict) => sum + verdict[of], 0);
  const violations = verdicts.flatMap((verdict, index) =>
    verdict.violations.map((line) => `round ${index + 1}: ${line}`),
  );
  return {
    kills,
    rounds: verdicts.length,
    ok: violations.length === 0,
    deals: Math.min(...verdicts.map(({ deals }) => deals)),
    paidTwice: total('paidTwice'),
    orphans: total('orphans'),
    violations,
  };
}

/** Of the run's own report, what matters here. */
const Reported = z.object({
  deals: z.array(z.object({ product: z.string(), buyer: z.string(), seller: z.string() })),
  errors: z.array(z.string()),
});

/** One economy from its first start, through its deaths, to its report. */
class Round {
  readonly #options: ChaosOptions;
  readonly #dir: string;
  readonly #groups = new Set<number>();
  #exitCode: number | undefined;

  constructor(options: ChaosOptions, number: number) {
    this.#options = options;
    this.#dir = join(options.dir, `round-${number}`);
  }

  /** Kills at most `most` times, starting again what died of it, until a process ends by itself; how often it killed. */
  async run(most: number): Promise<number> {
    const endAll = (): void => {
      for (const group of this.#groups) kill(-group);
    };
    process.once('exit', endAll);
    let kills = 0;
    let life = this.#begin(['--fresh']);
    for (;;) {
      const end = await (kills < most ? Promise.race([life.exited, this.#pause()]) : life.exited);
      if (end === undefined) {
        if (this.#strike(life.pid, `${kills + 1} of ${most}`)) kills += 1;
      } else if (end.signal === 'SIGKILL') {
        life = this.#begin([]);
      } else {
        this.#exitCode = end.code ?? undefined;
        process.off('exit', endAll);
        return kills;
      }
    }
  }

  async verdict(): Promise<Verdict & { readonly orphans: number }> {
    const orphans = await this.#orphans();
    for (const { pid } of orphans) kill(pid);
    const report = Reported.safeParse(await printed(this.#dir));
    const evidence: Evidence = {
      exitCode: this.#exitCode,
      reported: report.data?.deals ?? [],
      errors: report.data?.errors ?? [`it printed no report: see ${this.#dir}.log`],
      ...(await audit(this.#dir)),
      orphans: orphans.map(({ command }) => command),
    };
    return { ...judge(evidence), orphans: orphans.length };
  }

  async clean(): Promise<void> {
    for (const path of [this.#dir, `${this.#dir}.json`, `${this.#dir}.log`])
      await rm(path, { recursive: true, force: true });
  }

  #begin(more: readonly string[]): Life {
    const { portBase, flags, onProgress } = this.#options;
    const life = begin({ dir: this.#dir, portBase, flags: [...flags, ...more] });
    this.#groups.add(life.pid);
    onProgress(`started as process ${life.pid}${more.length > 0 ? ' with --fresh' : ' again'}`);
    return life;
  }

  #pause(): Promise<undefined> {
    const { least, most } = PAUSE_MS;
    return sleep(least + this.#options.roll() * (most - least), undefined, { ref: false });
  }

  /** False when the victim ended by itself before it was hit. */
  #strike(group: number, count: string): boolean {
    const victim = draw(this.#processes(), group, this.#options.roll);
    const isHit = kill(victim.pid);
    if (isHit) this.#options.onProgress(`kill ${count}: ${victim.name} (${Math.abs(victim.pid)})`);
    return isHit;
  }

  #processes(): readonly Process[] {
    const all = living();
    // the number of a group that has died out may go to a stranger
    for (const group of this.#groups)
      if (!all.some((one) => one.group === group)) this.#groups.delete(group);
    return belonging(all, { dir: this.#dir, groups: this.#groups });
  }

  /** What is still there after a moment's grace. */
  async #orphans(): Promise<readonly Process[]> {
    const until = Date.now() + GRACE_MS;
    let left = this.#processes();
    while (left.length > 0 && Date.now() < until) {
      await sleep(50);
      left = this.#processes();
    }
    return left;
  }
}
