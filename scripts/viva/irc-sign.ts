import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Command } from 'commander';
import { readCommandKey } from '#adapters/secrets/command-key.ts';
import { CommandSeals } from '#adapters/secrets/command-seals.ts';
import { commandKeyName } from '#contract/command.ts';
import { Channel, Nick } from '#contract/irc-line.ts';
import { signLine, WINDOW_SECONDS } from '#core/commands/signed-line.ts';
import { byteLength, oneLine } from '#core/talk/text.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print } from './output.ts';

/** What fits on one line of IRC beside the longest nick, host and channel. */
const MOST_BYTES = 350;

interface Flags extends LookFlags {
  readonly nick: string;
  readonly channel: string;
  readonly stage?: string;
  readonly region: string;
}

export function addIrcSign(irc: Command): void {
  withLookFlags(irc.command('sign').argument('<words...>', 'the command: "!halt", or halt'))
    .description(
      `Signs one command line for IRC, to be said within ${WINDOW_SECONDS} seconds by that nick on that channel. The key is the running economy's, or with --stage that of a deployment, by your AWS credentials.`,
    )
    .requiredOption('--nick <nick>', 'who will say it')
    .option('--channel <channel>', 'where', '#karmakadabra')
    .option('--stage <name>', 'a deployed stage, such as prod')
    .option('--region <region>', 'of the deployed stage', 'us-east-1')
    .action((words: readonly string[], flags: Flags) => sign(words, flags).catch(fail));
}

async function sign(words: readonly string[], flags: Flags): Promise<void> {
  const { nick, channel, json } = flags;
  if (!Nick.safeParse(nick).success)
    throw new CannotStart(`"${nick}" is no nick: give the one that will say it with --nick.`);
  if (!Channel.safeParse(channel).success)
    throw new CannotStart(`"${channel}" is no channel: it begins with #, such as #karmakadabra.`);
  const text = `!${oneLine(words.join(' ')).replace(/^!/, '')}`;
  const nonce = randomBytes(12).toString('base64url');
  const timestamp = Math.floor(Date.now() / 1000);
  const line = signLine(
    { nonce, timestamp, channel, nick, text },
    new CommandSeals(await keyOf(flags)),
  );
  if (byteLength(line) > MOST_BYTES)
    throw new CannotStart(
      `Signed, that is ${byteLength(line)} bytes, and IRC carries ${MOST_BYTES} for sure: make it shorter.`,
    );
  const until = new Date((timestamp + WINDOW_SECONDS) * 1000).toISOString();
  print(json, { line, nick, channel, until }, () => line);
}

async function keyOf({ dir, stage, region }: Flags): Promise<string> {
  const name = commandKeyName(stage ?? 'local');
  const secrets =
    stage === undefined
      ? (await economyAt(dir)).clients.secrets
      : new SecretsManagerClient({ region });
  const key = await readCommandKey(secrets, name);
  if (key !== undefined) return key;
  throw new CannotStart(
    `Secret ${name} holds no key: store {"key":"<64 hex digits>"} in it, such as of \`openssl rand -hex 32\`.`,
  );
}
