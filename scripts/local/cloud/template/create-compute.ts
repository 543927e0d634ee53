import { existsSync } from 'node:fs';
import * as z from 'zod';
import { nameOf } from '../aws.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Pollers } from '../event-sources.ts';
import type { AsyncFailure, LambdaFunction } from '../lambda/function.ts';
import type { Lambda } from '../lambda.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Sqs } from '../sqs.ts';
import { type LocalResource, parseProperties, refused } from './resource.ts';

const Texts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
const Function = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.string().startsWith('nodejs'),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z.object({ Variables: Texts.default({}) }).default({ Variables: {} }),
  DeadLetterConfig: z.object({ TargetArn: z.string() }).optional(),
});
const InvokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.coerce.number().optional(),
  DestinationConfig: z
    .object({ OnFailure: z.object({ Destination: z.string() }).optional() })
    .optional(),
});

/** AWS::Lambda::Function with what AWS::Lambda::EventInvokeConfig adds to it. */
export function createFunctions(
  resources: readonly LocalResource[],
  invokeConfigs: readonly LocalResource[],
  {
    lambda,
    platform,
  }: { readonly lambda: Lambda; readonly platform: Readonly<Record<string, string>> },
): void {
  const configs = invokeConfigs.map((config) => parseProperties(InvokeConfig, config));
  for (const resource of resources) {
    const { ref, attributes } = resource.identity;
    const declared = parseProperties(Function, resource);
    const config = configs.find(({ FunctionName }) => nameOf(FunctionName) === ref);
    lambda.add({
      name: ref,
      arn: attributes['Arn'] ?? '',
      codeDir: codeDir(resource, declared.Code.S3Key),
      handler: declared.Handler,
      timeoutMs: declared.Timeout * 1000,
      memoryMb: declared.MemorySize,
      environment: { ...platform, ...declared.Environment.Variables },
      reserved: declared.ReservedConcurrentExecutions,
      onAsyncFailure: failureOf(declared, config),
      asyncRetries: config?.MaximumRetryAttempts,
    });
  }
}

function failureOf(
  { DeadLetterConfig }: z.infer<typeof Function>,
  config: z.infer<typeof InvokeConfig> | undefined,
): AsyncFailure | undefined {
  const destination = config?.DestinationConfig?.OnFailure?.Destination;
  if (destination !== undefined) return { kind: 'destination', queueArn: destination };
  return DeadLetterConfig && { kind: 'dead-letter', queueArn: DeadLetterConfig.TargetArn };
}

/** The folder of the asset that is deployed as `<hash>.zip`. */
function codeDir({ stack, logicalId }: LocalResource, key: string): string {
  const dir = stack.assets.get(key.replace(/\.zip$/, ''));
  if (dir !== undefined && existsSync(dir)) return dir;
  throw new CannotStart(
    `The code of ${logicalId} in the stack ${stack.name} (${dir ?? key}) is not there: build and synthesize again (npm run build && npm run synth).`,
  );
}

const Mapping = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().optional(),
  MaximumBatchingWindowInSeconds: z.coerce.number().optional(),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number() }).optional(),
  FilterCriteria: z.undefined({ error: 'messages are not filtered here' }).optional(),
});

/** AWS::Lambda::EventSourceMapping of queues. */
export function createMappings(
  resources: readonly LocalResource[],
  { lambda, pollers }: { readonly lambda: Lambda; readonly pollers: Pollers },
): void {
  for (const resource of resources) {
    const mapping = parseProperties(Mapping, resource);
    if (!mapping.EventSourceArn.includes(':sqs:')) {
      throw refused(
        resource,
        `takes events from ${mapping.EventSourceArn}`,
        'only queues feed functions here',
      );
    }
    if (!mapping.Enabled) continue;
    pollers.add({
      queueName: nameOf(mapping.EventSourceArn),
      fn: knownFunction(resource, lambda, mapping.FunctionName),
      reportsFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      batchSize: mapping.BatchSize,
      windowMs: (mapping.MaximumBatchingWindowInSeconds ?? 0) * 1000,
      maxConcurrency: mapping.ScalingConfig?.MaximumConcurrency,
    });
  }
}

const Schedule = z.object({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.coerce.date().optional(),
  FlexibleTimeWindow: z.object({
    Mode: z.string(),
    MaximumWindowInMinutes: z.coerce.number().optional(),
  }),
  Target: z.object({
    Arn: z.string(),
    Input: z.string().optional(),
    RetryPolicy: z.object({ MaximumRetryAttempts: z.coerce.number().optional() }).optional(),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  }),
});

/** AWS::Scheduler::Schedule with a Lambda target. */
export function createSchedules(
  resources: readonly LocalResource[],
  {
    lambda,
    scheduler,
    sqs,
  }: { readonly lambda: Lambda; readonly scheduler: Scheduler; readonly sqs: Sqs },
): void {
  for (const resource of resources) {
    const { ScheduleExpression, State, StartDate, FlexibleTimeWindow, Target } = Schedule.parse(
      resource.properties,
    );
    const fn = knownFunction(resource, lambda, Target.Arn);
    const deadLetters = Target.DeadLetterConfig?.Arn;
    scheduler.add({
      name: resource.identity.ref,
      expression: ScheduleExpression,
      enabled: State === 'ENABLED',
      deliver: (event) => lambda.invokeAsync(fn, event),
      bury: async (event, error) => {
        if (deadLetters !== undefined)
          await sqs.send(nameOf(deadLetters), event, { ERROR_MESSAGE: String(error) });
      },
      windowMinutes: FlexibleTimeWindow.MaximumWindowInMinutes,
      startDate: StartDate,
      input: Target.Input,
      retries: Target.RetryPolicy?.MaximumRetryAttempts,
    });
  }
}

export function knownFunction(
  resource: LocalResource,
  lambda: Lambda,
  arn: string,
): LambdaFunction {
  const fn = lambda.find(arn);
  if (!fn)
    throw refused(resource, `targets ${arn}`, 'only functions of this app can be invoked here');
  return fn;
}
