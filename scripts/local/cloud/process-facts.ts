import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process was born, in a form that no later process with the same pid can share, or undefined when it is dead.
 * Linux: boot id and start ticks (proc(5): /proc/pid/stat field 22); elsewhere `ps -o lstart`.
 */
export function birthOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the command, in parentheses, may hold spaces: count from behind it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

/** Resident memory of a process in MiB, now and at its peak; undefined where /proc is absent or the process is gone. */
export function memoryOf(
  pid: number,
): { readonly nowMb: number; readonly peakMb: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peakMb = kilobytes(status, 'VmHWM') / 1024;
    // a zombie has no memory lines any more
    return peakMb > 0 ? { nowMb: kilobytes(status, 'VmRSS') / 1024, peakMb } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * This process's own peak of resident memory in MiB. What `process.resourceUsage()` tells (getrusage) begins with what the process that
 * started it had at that time, on Linux: it is what is told where there is no /proc.
 */
export function peakRssMb(): number {
  return memoryOf(process.pid)?.peakMb ?? process.resourceUsage().maxRSS / 1024;
}

/** CPU time of a process so far, user and system, in ms of the kernel's ticks (ten each); 0 where /proc is absent or it is gone. */
export function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // fields 14 and 15 of proc(5), the third being the first behind the command
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}
