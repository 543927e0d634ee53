/** Who may give a command on IRC: anyone, who has the key, or who has the key and is known to the network. */
export type Trust = 'anyone' | 'owner' | 'privileged';

export interface CommandTerms {
  /** Its arguments, for people. */
  readonly usage: string;
  readonly does: string;
  readonly trust: Trust;
}

/** Every command. What moves money or speaks for an agent is privileged. */
export const COMMANDS = {
  help: { usage: '[command]', does: 'lists the commands, or tells of one', trust: 'anyone' },
  agents: { usage: '', does: 'names the agents and what they sell', trust: 'anyone' },
  optout: {
    usage: '',
    does: 'leaves you out of everything that is made of the logs',
    trust: 'anyone',
  },
  optin: { usage: '', does: 'lets you in again', trust: 'anyone' },
  status: {
    usage: '[agent]',
    does: 'tells who beats, and whether spending is halted',
    trust: 'owner',
  },
  balance: { usage: '[agent]', does: 'tells what the wallets hold', trust: 'owner' },
  deals: { usage: '[agent]', does: 'tells which deals are open', trust: 'owner' },
  products: { usage: '', does: 'tells what is on the shelves', trust: 'owner' },
  beat: { usage: '<agent>', does: 'beats an agent now', trust: 'privileged' },
  say: { usage: '<agent> <#channel> <text>', does: 'speaks as an agent', trust: 'privileged' },
  join: { usage: '<agent> <#channel>', does: 'sends an agent to a channel', trust: 'privileged' },
  part: { usage: '<agent> <#channel>', does: 'takes it out of one', trust: 'privileged' },
  nick: { usage: '<agent> <nick>', does: 'gives an agent another nick', trust: 'privileged' },
  halt: { usage: '[reason]', does: 'stops all spending', trust: 'privileged' },
  resume: { usage: '', does: 'lets agents spend again', trust: 'privileged' },
} as const satisfies Record<string, CommandTerms>;

export type CommandName = keyof typeof COMMANDS;

/** In any case; undefined for what is none of ours. */
export function commandNamed(word: string): CommandName | undefined {
  const name = word.toLowerCase();
  return isCommand(name) ? name : undefined;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
