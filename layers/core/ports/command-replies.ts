import type { CommandReply } from '#contract/command.ts';

/** Where whoever gave a command from AWS finds its answer. */
export interface CommandReplies {
  reply(reply: CommandReply): Promise<void>;
}
