import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CannotStart } from './local/cloud/cannot-start.ts';
import { type Cloud, startCloud } from './local/cloud/cloud.ts';

/** Fixed, so that other programs may keep them in their settings. APIs get free ports, unless `--port name=number`. */
const PORTS = { dynamodb: 4560, s3: 4561, sqs: 4562, secrets: 4563, lambda: 4564 } as const;

interface Flags {
  readonly dir: string;
  readonly assembly: string;
  readonly rooms?: string;
  readonly port: Readonly<Record<string, number>>;
  readonly parameter: Readonly<Record<string, string>>;
  readonly speed: number;
  readonly hold: boolean;
  readonly json: boolean;
}

const program = new Command('cloud')
  .description(
    'Starts the local cloud alone, for any SDK client, and prints its endpoints. Ctrl-C stops it.',
  )
  .option('--dir <folder>', 'state folder', '.viva/cloud')
  .option('--assembly <folder>', 'synthesized app to create resources from', 'cdk.out')
  .option('--rooms <folder>', 'bundled rooms for the tasks (default: dist/rooms beside the app)')
  .option(
    '--port <name=number>',
    'port of dynamodb, s3, sqs, secrets, lambda or an API (repeatable)',
    port,
    PORTS,
  )
  .option('--parameter <name=value>', 'value of a CfnParameter (repeatable)', pair, {})
  .option('--speed <factor>', 'how many times faster schedules go', positive, 1)
  .option('--hold', 'leave the schedules stopped', false)
  .option('--json', 'print the endpoints as one JSON object', false)
  .action(run);
await program.parseAsync();

async function run({
  dir,
  assembly,
  rooms,
  port: ports,
  parameter: parameters,
  speed,
  hold,
  json,
}: Flags): Promise<void> {
  try {
    const cloud = await startCloud({
      assembly,
      dir,
      ...(rooms === undefined ? {} : { roomsDir: rooms }),
      ports,
      parameters,
      speed,
      onLog: (name, line) => {
        console.error(`${name} ${line}`);
      },
    });
    print(cloud, json, dir);
    if (!hold) cloud.scheduler.start();
    stopOnSignal(cloud);
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function print(
  { endpoints, environment, outputs, functions }: Cloud,
  json: boolean,
  dir: string,
): void {
  if (json) {
    console.log(JSON.stringify({ endpoints, environment, outputs, functions }));
    return;
  }
  const { apis, ...services } = endpoints;
  for (const [name, url] of Object.entries({ ...services, ...apis }))
    console.log(`${name.padEnd(24)} ${url}`);
  console.log(
    `\n${functions.length} functions; state in ${resolve(dir)}. For a client in another terminal:\n`,
  );
  for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);
}

function stopOnSignal(cloud: Cloud): void {
  let stopping = false;
  const stop = (): void => {
    // npm passes Ctrl-C on, so that it comes twice
    if (stopping) return;
    stopping = true;
    void cloud.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function pair(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${text} should be name=value.`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function port(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const [, name = '', value = ''] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (name === '' || Number(value) > 65_535) {
    throw new InvalidArgumentError(`${text} should be name=number, from 0 to 65535.`);
  }
  return { ...before, [name]: Number(value) };
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError(`${text} should be a number above 0.`);
  return number;
}
