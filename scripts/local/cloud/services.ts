import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CREDENTIALS, REGION } from './aws.ts';
import { Children } from './children.ts';
import { startDynamo } from './dynamodb.ts';
import { Pollers } from './event-sources.ts';
import type { Report } from './lambda/function.ts';
import { bundle, Lambda } from './lambda.ts';
import { lockFolder } from './lock.ts';
import { type OnLog, openLogs } from './logs.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { startS3 } from './s3.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { type Secrets, startSecrets } from './secrets.ts';
import { type Sqs, startSqs } from './sqs.ts';
import { Tasks } from './tasks.ts';

export interface ServiceOptions {
  readonly dir: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly speed: number;
  readonly onLog: OnLog | undefined;
  readonly onReport: ((report: Report) => void) | undefined;
  readonly functionMax: number | undefined;
}

/** Everything of the local cloud that runs before any resource exists. */
export interface Services {
  readonly dynamoUrl: string;
  readonly s3: Awaited<ReturnType<typeof startS3>>;
  readonly sqs: Sqs;
  readonly secrets: Secrets;
  readonly lambda: Lambda;
  readonly lambdaUrl: string;
  readonly children: Children;
  readonly notifications: Notifications;
  readonly pollers: Pollers;
  readonly scheduler: Scheduler;
  readonly tasks: Tasks;
}

/** Undoes what was started, the last first, each step even when one before it failed. */
export interface Closing {
  readonly later: (step: () => Promise<void> | void) => void;
  readonly all: () => Promise<void>;
}

export function createClosing(): Closing {
  const steps: (() => Promise<void> | void)[] = [];
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = steps.pop(); step; step = steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, 'The local cloud did not stop cleanly.');
  }

  return {
    later: (step) => steps.push(step),
    all: () => (closed ??= close()),
  };
}

/** How long running work may take to end when the cloud stops; every beat survives a kill, so not long. */
const GRACE_MS = 3_000;

export async function startServices(options: ServiceOptions, closing: Closing): Promise<Services> {
  const { dir, ports, speed } = options;
  const lock = lockFolder(dir, new Date());
  closing.later(lock.release);
  const logs = openLogs(dir, options.onLog);
  closing.later(logs.close);
  const children = new Children(dir);
  closing.later(() => children.stop());

  const sqs = await startSqs(ports['sqs']);
  closing.later(sqs.close);
  const notifications = createNotifications(sqs);
  const dynamo = await startDynamo({ port: ports['dynamodb'] ?? 0, dir: folder(dir, 'dynamodb') });
  closing.later(dynamo.close);
  const s3 = await startS3({
    port: ports['s3'] ?? 0,
    dir: folder(dir, 's3'),
    credentials: CREDENTIALS,
    onObject: notifications.onObject,
  });
  closing.later(s3.close);
  closing.later(notifications.close);
  const secrets = await startSecrets({ port: ports['secrets'] ?? 0, dir });
  closing.later(secrets.close);
  const lambda = new Lambda({
    port: ports['lambda'] ?? 0,
    dir,
    children,
    onLog: logs.onLog,
    onReport: options.onReport,
    send: sqs.send,
    // AWS waits one and two minutes: as much faster as the schedules
    retryDelaysMs: [60_000 / speed, 120_000 / speed],
    ...(options.functionMax === undefined ? {} : { maxTotal: options.functionMax }),
  });
  closing.later(() => lambda.stop(GRACE_MS));
  const lambdaUrl = await lambda.open();
  const tasks = new Tasks({ children, lifeline: bundle(dir, 'lifeline'), onLog: logs.onLog });
  closing.later(() => tasks.stop(GRACE_MS));
  const pollers = new Pollers(sqs, async (fn, payload) => {
    const outcome = await lambda.invoke(fn, payload, 'wait');
    if (!outcome) throw new Error(`${fn.name} was refused although the poller waits.`);
    return outcome;
  });
  closing.later(() => {
    pollers.stop();
  });
  const scheduler = createScheduler(speed);
  closing.later(scheduler.stop);
  const running = { s3, sqs, secrets, lambda, children, notifications, pollers, scheduler, tasks };
  return { dynamoUrl: dynamo.url, lambdaUrl, ...running };
}

/** What a program needs to find this cloud: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
export function clientEnvironment({
  dynamoUrl,
  s3,
  sqs,
  secrets,
  lambdaUrl,
}: Services): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
    // any other service gets an answer that says so, and nothing ever reaches the real AWS
    AWS_ENDPOINT_URL: secrets.url,
  };
}

function folder(dir: string, name: string): string {
  const path = join(dir, name);
  mkdirSync(path, { recursive: true });
  return path;
}
