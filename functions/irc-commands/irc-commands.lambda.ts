import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { AnyCommand } from '#contract/command.ts';
import { handle } from '#core/commands/handle.ts';
import { type Services, wire } from './wiring.ts';

let services: Services | undefined;

/** Called by AWS with up to ten commands, given from AWS or heard on IRC. */
export function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= wire();
  return obey(event, services);
}

/** One after the other, as they came; one that fails goes back to the queue and on to its DLQ, and harms no other. */
async function obey({ Records }: SQSEvent, { openDesk, log }: Services): Promise<SQSBatchResponse> {
  const desk = await openDesk();
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of Records) {
    const { messageId } = record;
    try {
      const command = read(record);
      const { result, reason, entry } = await handle(command, desk);
      const { id, from } = command;
      const about = entry && { by: entry.by, asked: entry.asked };
      log.info('command', { id, from, result, ...about, ...(reason !== undefined && { reason }) });
    } catch (error) {
      log.error('command-failed', { messageId, error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

function read({ messageId, body }: SQSRecord) {
  const command = AnyCommand.parse(JSON.parse(body));
  return { ...command, id: command.id ?? messageId };
}
