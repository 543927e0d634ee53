import { Socket } from 'node:net';

// File descriptor 3 is a pipe whose other end only the cloud holds: when the cloud dies, however it dies, this process
// sees the end of it and goes too. The watchdog does the same for a process too busy to see anything.
const lifeline = new Socket({ fd: 3 });
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};
lifeline.on('close', die);
lifeline.on('error', die);
lifeline.resume();
lifeline.unref();

// Ctrl-C in a terminal reaches the whole process group; only the cloud decides what it means
process.on('SIGINT', () => undefined);
