import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CannotStart } from '../local/cloud/cannot-start.ts';

/** A living process as proc(5) shows it. */
export interface Process {
  readonly pid: number;
  readonly group: number;
  /** Its command line, arguments separated by spaces. */
  readonly command: string;
  /** `NAME=value` of each variable it was started with. */
  readonly environment: readonly string[];
}

/** Every living process that this user may look into; zombies are dead already. Linux only. */
export function living(): readonly Process[] {
  if (process.platform !== 'linux')
    throw new CannotStart(
      `Chaos looks for its victims in /proc, which ${process.platform} does not have: run it on Linux.`,
    );
  return readdirSync('/proc').flatMap((name) => {
    const found = /^\d+$/.test(name) ? look(Number(name)) : undefined;
    return found ? [found] : [];
  });
}

function look(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the command, in parentheses, may hold spaces: count from behind it
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return {
      pid,
      group: Number(group),
      command: words(pid, 'cmdline').join(' '),
      environment: words(pid, 'environ'),
    };
  } catch {
    // it ended while it was looked at
    return undefined;
  }
}

function words(pid: number, file: 'cmdline' | 'environ'): string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    .split('\0')
    .filter((word) => word !== '');
}

/** Those that belong to an economy in `dir`: of one of its process groups, or naming the folder wherever they are. */
export function belonging(
  all: readonly Process[],
  { dir, groups }: { readonly dir: string; readonly groups: ReadonlySet<number> },
): readonly Process[] {
  return all.filter(
    ({ pid, group, command, environment }) =>
      pid !== process.pid &&
      (groups.has(group) ||
        command.includes(dir) ||
        environment.some((variable) => variable.includes(dir))),
  );
}

/** What a process is to the economy, and its name for people; undefined for helpers such as the watchdog. */
export function roleOf({
  pid,
  group,
  command,
  environment,
}: Process): { readonly kind: 'main' | 'room' | 'anvil'; readonly name: string } | undefined {
  if (pid === group) return { kind: 'main', name: 'the main process' };
  const fn = environment.find((variable) => variable.startsWith('AWS_LAMBDA_FUNCTION_NAME='));
  if (fn !== undefined)
    return {
      kind: 'room',
      name: fn.replace(/^.*=/, '').replace('economia-viva-local-', ''),
    };
  if (command.includes('lifeline.mjs'))
    return { kind: 'room', name: /rooms\/([^/]+)\//.exec(command)?.[1] ?? 'a task' };
  const [program = ''] = command.split(' ');
  return basename(program) === 'anvil' ? { kind: 'anvil', name: 'anvil' } : undefined;
}
