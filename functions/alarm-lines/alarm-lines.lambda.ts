import type { SNSEvent, SNSMessage } from 'aws-lambda';
import * as z from 'zod';
import { OPERATIONS, ROSTER } from '#contract/roster.ts';
import { cutBytes, oneLine } from '#core/talk/text.ts';
import { type Services, wire } from './wiring.ts';

/** One line on IRC. */
const MAX_BYTES = 380;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
const Alarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string().nullish(),
  NewStateValue: z.string(),
});
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

let services: Services | undefined;

/** Called by SNS, with one message as a rule. */
export function handler(event: SNSEvent): Promise<void> {
  services ??= wire();
  return tell(event, services);
}

/** Says each in the room of operations. What comes twice is said once: the queue knows a message by its id. */
export async function tell({ Records }: SNSEvent, { lines, log }: Services): Promise<void> {
  const voice = ROSTER.find(({ channels }) => channels.includes(OPERATIONS));
  if (voice === undefined) throw new Error(`Nobody of the roster is in ${OPERATIONS}.`);
  for (const { Sns } of Records) {
    const text = textOf(Sns);
    const id = `alarm-${Sns.MessageId}`;
    await lines.say({ v: 1, id, agentId: voice.id, channel: OPERATIONS, text });
    log.info('alarm-line', { id, text });
  }
}

/** State and what a human loses; of a budget, its subject. */
function textOf({ Message, Subject }: Pick<SNSMessage, 'Message' | 'Subject'>): string {
  const alarm = json.pipe(Alarm).safeParse(Message).data;
  const words =
    alarm === undefined
      ? `NOTICE: ${(Subject ?? '') === '' ? Message : Subject}`
      : `${alarm.NewStateValue}: ${alarm.AlarmDescription ?? alarm.AlarmName}`;
  return cutBytes(oneLine(words), MAX_BYTES);
}
