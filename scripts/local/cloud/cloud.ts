import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { CREDENTIALS, REGION } from './aws.ts';
import { explain } from './cannot-start.ts';
import { HttpApi } from './http-api.ts';
import type { Report } from './lambda/function.ts';
import type { Lambda } from './lambda.ts';
import type { OnLog } from './logs.ts';
import {
  type Closing,
  clientEnvironment,
  createClosing,
  type Services,
  startServices,
} from './services.ts';
import { attachApis } from './template/create-apis.ts';
import { createFunctions, createMappings, createSchedules } from './template/create-compute.ts';
import {
  createBuckets,
  createQueues,
  createSecrets,
  createTables,
} from './template/create-state.ts';
import { runServices } from './template/create-tasks.ts';
import { type Loaded, loadTemplates } from './template.ts';

export interface CloudOptions {
  /** Cloud assembly folder (`cdk.out`). */
  readonly assembly: string;
  /** Names of the stacks to create. @default - all */
  readonly stacks?: readonly string[];
  /** State folder: one cloud at a time. */
  readonly dir: string;
  /** By `dynamodb`, `s3`, `sqs`, `secrets`, `lambda`, and an API's name or logical id. @default - free ones */
  readonly ports?: Readonly<Record<string, number>>;
  /** Values of CfnParameters by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** How many times faster schedules and asynchronous retries go. @default 1 */
  readonly speed?: number;
  /** Each line of each function and task. */
  readonly onLog?: OnLog;
  /** Each invocation that a function has handled. @default - nobody measures */
  readonly onReport?: (report: Report) => void;
  /** Sandboxes at once. @default 32 */
  readonly functionMax?: number;
  /** Folder with `<ROOM>/index.mjs` of the tasks. @default - `dist/rooms` beside the assembly */
  readonly roomsDir?: string;
}

export interface Endpoints {
  readonly dynamodb: string;
  readonly s3: string;
  readonly sqs: string;
  readonly secrets: string;
  readonly lambda: string;
  /** By the API's name, else its logical id. */
  readonly apis: Readonly<Record<string, string>>;
}

/** AWS, as far as this app uses it, on this machine. */
export interface Cloud {
  readonly endpoints: Endpoints;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region: string;
  /** Environment variables for any SDK client or command line. */
  readonly environment: Readonly<Record<string, string>>;
  /** By stack and output. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly functions: readonly string[];
  /** Schedules hold still until started. */
  readonly scheduler: { readonly start: () => void; readonly stop: () => void };
  /** The function's answer; its error is thrown with its own name and words. */
  readonly invoke: (functionName: string, payload: unknown) => Promise<unknown>;
  /** Highest resident memory of each function and task so far, in MiB (Linux only). */
  readonly peakMb: () => Readonly<Record<string, number>>;
  /** Processes of functions and tasks. */
  readonly pids: () => readonly number[];
  /** Ends everything; nothing is left running. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the whole local cloud and creates the resources of the assembly; what `dir` already holds stays.
 * @throws CannotStart with one sentence when the folder or a port is in use, the disk is full, or the app uses what is unknown here
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const closing = createClosing();
  const dir = resolve(options.dir);
  try {
    mkdirSync(dir, { recursive: true });
    const services = await startServices(
      {
        dir,
        ports: options.ports ?? {},
        speed: options.speed ?? 1,
        onLog: options.onLog,
        onReport: options.onReport,
        functionMax: options.functionMax,
      },
      closing,
    );
    return await deploy({ ...options, dir }, services, closing);
  } catch (error) {
    await closing.all();
    throw explain(error, `The state folder ${dir}`);
  }
}

async function deploy(options: CloudOptions, services: Services, closing: Closing): Promise<Cloud> {
  const { lambda, scheduler, children } = services;
  const servers = new Map<string, HttpApi>();
  const apis: Record<string, string> = {};
  const loaded = await loadTemplates({
    assembly: resolve(options.assembly),
    stacks: options.stacks,
    parameters: options.parameters ?? {},
    queueUrl: services.sqs.queueUrl,
    secretArn: services.secrets.arnOf,
    bindApi: async ({ id, logicalId, name }) => {
      const port = options.ports?.[name ?? ''] ?? options.ports?.[logicalId] ?? 0;
      const api = new HttpApi({
        id,
        port,
        invoke: (fn, payload) => lambda.invoke(fn, payload, 'refuse'),
      });
      const url = await api.open();
      closing.later(() => api.close());
      servers.set(id, api);
      apis[name ?? logicalId] = url;
      return url;
    },
  });
  const environment = clientEnvironment(services);
  const roomsDir = resolve(options.roomsDir ?? join(dirname(options.assembly), 'dist', 'rooms'));
  await createResources(loaded, services, { servers, roomsDir, environment });

  return {
    endpoints: {
      dynamodb: services.dynamoUrl,
      s3: services.s3.url,
      sqs: services.sqs.url,
      secrets: services.secrets.url,
      lambda: services.lambdaUrl,
      apis,
    },
    credentials: CREDENTIALS,
    region: REGION,
    environment,
    outputs: loaded.outputs(),
    functions: lambda.names(),
    scheduler: { start: scheduler.start, stop: scheduler.stop },
    invoke: (functionName, payload) => invoke(lambda, functionName, payload),
    peakMb: () => children.peakMb(),
    pids: () => children.pids(),
    stop: closing.all,
  };
}

async function createResources(
  { ofType }: Loaded,
  services: Services,
  site: {
    readonly servers: ReadonlyMap<string, HttpApi>;
    readonly roomsDir: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { lambda, secrets, sqs, s3, notifications, tasks } = services;
  const platform = platformOf(site.environment);
  await createTables(
    ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'),
    services.dynamoUrl,
  );
  await createQueues(ofType('AWS::SQS::Queue'), sqs);
  createSecrets(ofType('AWS::SecretsManager::Secret'), secrets);
  await createBuckets(ofType('AWS::S3::Bucket'), s3.createBucket, notifications);
  notifications.open();
  createFunctions(ofType('AWS::Lambda::Function'), ofType('AWS::Lambda::EventInvokeConfig'), {
    lambda,
    platform,
  });
  attachApis(
    {
      apis: ofType('AWS::ApiGatewayV2::Api'),
      integrations: ofType('AWS::ApiGatewayV2::Integration'),
      routes: ofType('AWS::ApiGatewayV2::Route'),
      stages: ofType('AWS::ApiGatewayV2::Stage'),
    },
    {
      lambda,
      serverOf: (id) => {
        const server = site.servers.get(id);
        if (!server) throw new Error(`No server was bound for the API ${id}.`);
        return server;
      },
    },
  );
  createSchedules(ofType('AWS::Scheduler::Schedule'), services);
  createMappings(ofType('AWS::Lambda::EventSourceMapping'), services);
  runServices(ofType('AWS::ECS::Service'), ofType('AWS::ECS::TaskDefinition'), {
    tasks,
    secrets,
    roomsDir: site.roomsDir,
    platform,
  });
}

/** What a process gets beside its own variables; of this machine's environment only these two. */
function platformOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, TZ: 'UTC', ...environment };
}

const Fault = z.object({ errorType: z.string(), errorMessage: z.string() });

async function invoke(lambda: Lambda, functionName: string, payload: unknown): Promise<unknown> {
  const fn = lambda.find(functionName);
  if (!fn)
    throw new Error(
      `There is no function ${functionName}: ${lambda.names().join(', ')} are deployed.`,
    );
  const outcome = await lambda.invoke(fn, JSON.stringify(payload), 'wait');
  const result: unknown = JSON.parse(outcome?.payload ?? 'null');
  if (outcome?.ok) return result;
  const { errorType, errorMessage } = Fault.parse(result);
  throw Object.assign(new Error(errorMessage), { name: errorType });
}
