import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startMarket } from './local/market/market.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, print } from './viva/output.ts';

interface Flags {
  readonly port: number;
  readonly dir?: string;
  readonly json: boolean;
}

const HIGHEST_PORT = 65_535;

await new Command('market')
  .description(
    "Starts the stage's market alone, with its chain, for any client, and prints its URL. Ctrl-C stops it.",
  )
  .option('--port <n>', 'port of the market (0: a free one)', port, 0)
  .option('--dir <folder>', 'state folder to keep (default: a temporary one, removed at the end)')
  .option('--json', 'print the addresses as one JSON object', false)
  .action((flags: Flags) => run(flags).catch(fail))
  .parseAsync();

async function run({ port: wanted, dir, json }: Flags): Promise<void> {
  const folder = dir ?? mkdtempSync(join(tmpdir(), 'viva-market-'));
  const forget = (): void => {
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const signalled = firstSignal();
  try {
    const market = await startMarket({
      dir: folder,
      port: wanted,
      onLog: (room, line) => {
        console.error(`${room} ${line}`);
      },
    });
    const { url, facilitatorUrl, rpcUrl, table, cloud } = market;
    const dynamodbUrl = cloud.endpoints.dynamodb;
    const { pid } = process;
    print(json, { pid, url, facilitatorUrl, rpcUrl, dynamodbUrl, table }, () =>
      [`market       ${url}`, `facilitator  ${facilitatorUrl}`, `chain        ${rpcUrl}`].join(
        '\n',
      ),
    );
    await signalled;
    await market.stop();
  } finally {
    forget();
  }
  // a client's idle connection must not hold us
  process.exit();
}

/** npm passes Ctrl-C on, so that it comes twice. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        resolve();
      });
    }
  });
}

function port(text: string): number {
  const number = wholeNumber(text);
  if (number <= HIGHEST_PORT) return number;
  throw new InvalidArgumentError(`${text} should be a port, from 0 to ${HIGHEST_PORT}.`);
}
