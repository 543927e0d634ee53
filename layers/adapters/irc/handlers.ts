import type { Message } from 'irc-framework';

type Handler = (message: Message) => void;

/** What to do with which lines of the server; several handlers of one command are called in the order in which they came. */
export class Handlers {
  readonly #byCommand = new Map<string, Handler[]>();

  on(commands: readonly string[], handler: Handler): void {
    for (const command of commands) {
      const handlers = this.#byCommand.get(command);
      if (handlers === undefined) this.#byCommand.set(command, [handler]);
      else handlers.push(handler);
    }
  }

  handle(message: Message): void {
    for (const handler of this.#byCommand.get(message.command) ?? []) handler(message);
  }
}
