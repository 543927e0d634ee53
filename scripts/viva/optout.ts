import { type Command, InvalidArgumentError } from 'commander';
import { MOST_OPT_OUTS } from '#contract/log-record.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { readNick } from '#core/privacy/nick.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print } from './output.ts';
import { plain } from './words.ts';

const NEXT = 'New versions of every product follow with the next beats.';

export function addOptOut(program: Command): void {
  const optOut = program
    .command('optout')
    .description('People of the logs who may not appear in new versions of any product.');
  withLookFlags(optOut.command('add').argument('<nick>', 'as it stands in the logs', nick))
    .description('Leaves one person out from now on.')
    .action((name: string, flags: LookFlags) => add(name, flags).catch(fail));
  withLookFlags(optOut.command('remove').argument('<nick>', 'as it stands in the logs', nick))
    .description('Lets one person in again.')
    .action((name: string, flags: LookFlags) => remove(name, flags).catch(fail));
  withLookFlags(optOut.command('list'))
    .description('Everyone who is left out, as nicks are compared: in lower case.')
    .action((flags: LookFlags) => list(flags).catch(fail));
}

function nick(text: string): string {
  const folded = readNick(text);
  if (folded !== undefined) return folded;
  throw new InvalidArgumentError(
    `${JSON.stringify(text.slice(0, 64))} is no nick: give 1 to 64 characters without spaces.`,
  );
}

async function add(folded: string, { dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const outcome = await clients.pointers.optOut(COLLECTOR, folded);
  if (outcome === 'full')
    throw new CannotStart(
      `The list holds ${MOST_OPT_OUTS} people, and no more fit: remove some who never spoke.`,
    );
  const isAdded = outcome === 'added';
  print(json, { nick: folded, isChanged: isAdded }, () =>
    isAdded ? `${plain(folded)} is left out. ${NEXT}` : `${plain(folded)} was left out already.`,
  );
}

async function remove(folded: string, { dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const isRemoved = await clients.pointers.optIn(COLLECTOR, folded);
  print(json, { nick: folded, isChanged: isRemoved }, () =>
    isRemoved ? `${plain(folded)} is let in again. ${NEXT}` : `${plain(folded)} was not left out.`,
  );
}

async function list({ dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const { revision, nicks } = await clients.pointers.optOuts(COLLECTOR);
  const sorted = [...nicks].sort();
  print(json, { revision, nicks: sorted }, () =>
    sorted.length === 0 ? 'Nobody is left out.' : sorted.map(plain).join('\n'),
  );
}
