import { createInterface } from 'node:readline';

// Reads `+pid` and `-pid` lines from the cloud. Its input ends only when the cloud is gone: whatever is still listed is an
// orphan, even one stuck in an endless loop that cannot notice by itself.
const alive = new Set<number>();
process.on('SIGINT', () => undefined);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) alive.add(pid);
    else alive.delete(pid);
  })
  .on('close', () => {
    for (const pid of alive) kill(pid);
    process.exit(0);
  });

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it went by itself
  }
}
