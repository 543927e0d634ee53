import { AgentId } from '#contract/ids.ts';
import { Channel, Nick } from '#contract/irc-line.ts';
import type { Agent } from '#contract/roster.ts';
import { foldName, readNick } from '../privacy/nick.ts';
import { cutBytes, oneLine } from '../talk/text.ts';
import { COMMANDS, type CommandName, commandNamed } from './catalogue.ts';

const MAX_TEXT_BYTES = 400;

/** A command that makes sense. */
export type Order =
  | { readonly name: 'help'; readonly about?: CommandName }
  | { readonly name: 'agents' }
  | { readonly name: 'products' }
  | { readonly name: 'resume' }
  | { readonly name: 'status' | 'balance' | 'deals'; readonly agents: readonly AgentId[] }
  | { readonly name: 'optout' | 'optin'; readonly nick: string }
  | { readonly name: 'beat'; readonly agentId: AgentId }
  | {
      readonly name: 'say';
      readonly agentId: AgentId;
      readonly channel: string;
      readonly text: string;
    }
  | { readonly name: 'join' | 'part'; readonly agentId: AgentId; readonly channel: string }
  | { readonly name: 'nick'; readonly agentId: AgentId; readonly nick: string }
  | { readonly name: 'halt'; readonly because: string };

/** What is wrong with the arguments, as one sentence. */
export interface BadArguments {
  readonly flaw: string;
}

interface Context {
  readonly roster: readonly Agent[];
  /** Who speaks, on IRC. */
  readonly nick?: string | undefined;
}

/** Pure; never throws, whatever the words hold. */
export function readOrder(
  name: CommandName,
  words: readonly string[],
  context: Context,
): Order | BadArguments {
  if (isBare(name)) return { name };
  switch (name) {
    case 'help':
      return readHelp(words);
    case 'halt':
      return { name, because: cutBytes(oneLine(words.join(' ')), 200) };
    case 'optout':
    case 'optin':
      return readOwn(name, words, context);
    case 'status':
    case 'balance':
    case 'deals':
      return readAbout(name, words, context);
    default:
      return readActing(name, words, context);
  }
}

function isBare(name: CommandName): name is 'agents' | 'products' | 'resume' {
  return ['agents', 'products', 'resume'].includes(name);
}

function readHelp([word]: readonly string[]): Order | BadArguments {
  if (word === undefined) return { name: 'help' };
  const about = commandNamed(word.replace(/^!/, ''));
  return about === undefined
    ? { flaw: `No command "${short(word)}": write !help for a list.` }
    : { name: 'help', about };
}

/** Nobody opts another out or in. */
function readOwn(
  name: 'optout' | 'optin',
  words: readonly string[],
  { nick }: Context,
): Order | BadArguments {
  const own = nick === undefined ? undefined : readNick(nick);
  if (own === undefined) return { flaw: `${name} is for people on IRC, about themselves.` };
  const [other] = words;
  if (other !== undefined && foldName(other) !== own)
    return { flaw: `${name} is about your own nick only: write !${name} and nothing else.` };
  return { name, nick: own };
}

function readAbout(
  name: 'status' | 'balance' | 'deals',
  words: readonly string[],
  { roster }: Context,
): Order | BadArguments {
  if (words[0] === undefined) return { name, agents: roster.map(({ id }) => id) };
  const agent = agentNamed(words[0], roster);
  return typeof agent === 'string' ? { name, agents: [agent] } : agent;
}

function readActing(
  name: 'beat' | 'say' | 'join' | 'part' | 'nick',
  words: readonly string[],
  { roster }: Context,
): Order | BadArguments {
  const [who = '', where = '', ...rest] = words;
  const agentId = agentNamed(who, roster);
  if (typeof agentId !== 'string') return agentId;
  if (name === 'beat') return { name, agentId };
  if (name === 'nick') return readNewNick(agentId, where, roster);
  const channel = Channel.safeParse(where.toLowerCase()).data;
  if (channel === undefined)
    return { flaw: `"${short(where)}" is no channel: ${usage(name)}, such as #karmakadabra.` };
  if (name !== 'say') return { name, agentId, channel };
  const text = cutBytes(oneLine(rest.join(' ')), MAX_TEXT_BYTES);
  return text === ''
    ? { flaw: `Nothing to say: ${usage(name)}.` }
    : { name, agentId, channel, text };
}

function readNewNick(
  agentId: AgentId,
  wanted: string,
  roster: readonly Agent[],
): Order | BadArguments {
  const nick = Nick.safeParse(wanted).data;
  if (nick === undefined)
    return { flaw: `"${short(wanted)}" is no nick: up to 30 letters, digits and -_[]{}^|.` };
  const holder = roster.find(({ id }) => id === foldName(nick))?.id;
  return holder === undefined || holder === agentId
    ? { name: 'nick', agentId, nick }
    : { flaw: `${nick} is another agent's nick.` };
}

function agentNamed(word: string, roster: readonly Agent[]): AgentId | BadArguments {
  const id = AgentId.safeParse(word.toLowerCase()).data;
  if (id !== undefined && roster.some((agent) => agent.id === id)) return id;
  return {
    flaw: `No agent "${short(word)}": use one of ${roster.map((one) => one.id).join(', ')}.`,
  };
}

function usage(name: CommandName): string {
  return `write ${name} ${COMMANDS[name].usage}`;
}

function short(word: string): string {
  return cutBytes(oneLine(word), 40);
}
