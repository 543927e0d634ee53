import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { CannotStart } from '../cloud/cannot-start.ts';

const START_MS = 20_000;

// Anvil must not outlive us, even when we are killed: the inner shell holds a pipe from us, and ends anvil when it breaks.
// It is a process apart, so that killing any one of the three leaves no orphan.
const KEEPER = `
exec 3<&0
"$@" </dev/null 3<&- &
anvil=$!
echo "pid $anvil"
{ cat >/dev/null; kill -9 $anvil; } <&3 >/dev/null 2>&1 &
keeper=$!
wait $anvil
kill -9 $keeper 2>/dev/null
`;

export interface Anvil {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface AnvilOptions {
  readonly chainId: number;
  readonly mnemonic: string;
  /** Unix seconds of block 0: with the same one, the same transactions give the same hashes. */
  readonly genesis: number;
  /** Folder it may take for its home, so that it writes nothing into the user's. */
  readonly home: string;
}

/**
 * Starts anvil on a free port of loopback, mining only when told.
 * @throws when this platform's package is not installed, or when it does not listen within 20 s
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const args = ['--port', '0', '--no-mining', '--chain-id', String(options.chainId)];
  args.push('--mnemonic', options.mnemonic, '--timestamp', String(options.genesis));
  const child = spawn('sh', ['-c', KEEPER, 'anvil', binary(), ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { HOME: options.home, PATH: process.env['PATH'] },
  });
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit').then(() => undefined);
  const started = await listening(child).catch((error: unknown) => {
    child.stdin.destroy();
    throw error;
  });
  // should the shell die alone, anvil goes too
  void exited.then(() => {
    end(child, started.pid);
  });
  return {
    ...started,
    exited,
    stop: async () => {
      end(child, started.pid);
      await exited;
    },
  };
}

function end(child: ChildProcess, pid: number): void {
  child.stdin?.destroy();
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** Reads pid and address; goes on reading afterwards, for a full pipe would stop anvil. */
function listening(child: ChildProcess): Promise<{ readonly url: string; readonly pid: number }> {
  const found = Promise.withResolvers<{ readonly url: string; readonly pid: number }>();
  let pid = 0;
  const late = setTimeout(() => {
    found.reject(
      new CannotStart('anvil did not listen within 20 s; is this machine very busy? Start again.'),
    );
  }, START_MS);
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      pid = Number(/^pid (\d+)$/.exec(line)?.[1] ?? pid);
      const address = /^Listening on (\S+)$/.exec(line)?.[1];
      if (address !== undefined) found.resolve({ url: `http://${address}`, pid });
    });
  }
  child.once('error', found.reject);
  child.once('exit', () => {
    found.reject(
      new Error(`anvil (${binary()}) ended before it listened; does it run on this machine?`),
    );
  });
  return found.promise.finally(() => {
    clearTimeout(late);
  });
}

/** The platform package's own binary: the npm wrapper leaves an orphan when it is killed. */
function binary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`;
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new CannotStart(
      `No anvil for ${process.platform}-${process.arch}: run npm ci (with optional dependencies).`,
      { cause },
    );
  }
}
