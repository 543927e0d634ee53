import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Row {
  readonly engine: string;
  readonly size: number | string;
  readonly messages: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

/**
 * Loaded first of all by the process that is measured, which leaves its figures at its end. Its peak by /proc where there is one: what getrusage
 * tells begins, on Linux, with the peak of the process that started it. In plain JavaScript: to strip types takes 12 MB.
 */
const HOOK = `
import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const own = process.platform === 'linux' && /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.BENCH_FIGURES, JSON.stringify([userCPUTime + systemCPUTime, own ? Number(own[1]) : maxRSS]));
});`;

export interface Job {
  readonly name: string;
  readonly nodeOptions: readonly string[];
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments; `out` is an empty folder that is deleted afterwards. */
  args(out: string): readonly string[];
}

/** One run of a job in its own process: wall from start to exit, CPU and peak RSS as the kernel counted them. */
export async function measure(job: Job): Promise<Omit<Row, 'engine' | 'size' | 'messages'>> {
  const out = mkdtempSync(join(tmpdir(), 'viva-bench-'));
  const figures = join(out, 'figures');
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  try {
    const begun = performance.now();
    await finished(
      spawn(
        process.execPath,
        [...job.nodeOptions, '--import', hook, job.script, ...job.args(out)],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, ...job.env, BENCH_FIGURES: figures },
        },
      ),
      job.name,
    );
    const wallMs = Math.round(performance.now() - begun);
    const [cpu = 0, rss = 0] = numbers(readFileSync(figures, 'utf8'));
    return { wallMs, cpuMs: Math.round(cpu / 1000), peakRssMb: Math.round(rss / 1024) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function numbers(json: string): number[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.map(Number) : [];
}

function finished(child: ReturnType<typeof spawn>, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.resume();
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${signal ?? `code ${code ?? '?'}`}.`));
    });
  });
}
