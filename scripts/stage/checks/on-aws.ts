import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ROSTER } from '#contract/roster.ts';
import { PATIENT } from '../site.ts';
import { type Check, type Found, failed, ok, skipped, together } from './check.ts';

const HERE = 'the local cloud needs none';
/** The oldest bootstrap stack that this version of the CDK deploys with: its templates say so (`BootstrapVersion`). */
const BOOTSTRAP = 6;
/** Rooms that may run beside the agents: market, facilitator, storefront, wake, collect-logs, reconcile, a few times each. */
const OTHERS = 30;

/** Whatever only AWS has. `credentials` is asked once, and whoever depends on it waits for it. */
export function awsChecks(region: string, isLocal: boolean): readonly Check[] {
  if (isLocal)
    return ['credentials', 'bootstrap', 'quotas'].map((name) => ({
      name,
      look: () => Promise.resolve(skipped(HERE)),
    }));
  const options = { region, maxAttempts: 2, requestHandler: PATIENT };
  const who = once(() => new STSClient(options).send(new GetCallerIdentityCommand()));
  const signedIn = (look: () => Promise<Found>) => async () => {
    const isIn = await who().then(
      () => true,
      () => false,
    );
    return isIn ? look() : skipped('cannot be asked without AWS credentials');
  };
  return [
    { name: 'credentials', look: async () => ok((await who()).Arn ?? 'somebody') },
    {
      name: 'bootstrap',
      look: signedIn(async () =>
        bootstrap(new CloudFormationClient(options), (await who()).Account),
      ),
    },
    { name: 'quotas', look: signedIn(() => quotas(options)) },
  ];
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

async function bootstrap(formation: CloudFormationClient, account = ''): Promise<Found> {
  const region = await formation.config.region();
  const remedy = `npx cdk bootstrap aws://${account}/${region}`;
  const command = new DescribeStacksCommand({ StackName: 'CDKToolkit' });
  const { Stacks = [] } = await formation.send(command).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('does not exist')) return { Stacks: [] };
    throw error;
  });
  const version = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion');
  if (version === undefined) return failed(`${region} is not bootstrapped for the CDK`, remedy);
  return Number(version.OutputValue) >= BOOTSTRAP
    ? ok(`CDK bootstrap version ${version.OutputValue}`)
    : failed(`the CDK bootstrap is of version ${version.OutputValue}, too old`, remedy);
}

interface Options {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: typeof PATIENT;
}

/** Of each service: which of its quotas, by name, and how much of it a stage needs. */
const NEEDS = [
  { service: 'fargate', quota: /^Fargate (On-Demand|Spot) vCPU/, atLeast: 1 },
  { service: 'vpc', quota: /^VPCs per Region$/, atLeast: 2 },
  { service: 'scheduler', quota: /schedules?( per| in|$)/i, atLeast: ROSTER.length + 5 },
] as const;

/** The relay's public address is not an Elastic IP, so that quota is not asked for. */
async function quotas(options: Options): Promise<Found> {
  const needed = ROSTER.length + OTHERS;
  const { AccountLimit } = await new LambdaClient(options).send(new GetAccountSettingsCommand());
  const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  const client = new ServiceQuotasClient(options);
  const others = await Promise.all(NEEDS.map((need) => quotaOf(client, need)));
  const lambda =
    free >= needed
      ? ok('')
      : failed(
          `Lambda runs ${free} functions at once and ${needed} are needed`,
          `ask for more "Concurrent executions" of Lambda in Service Quotas (${options.region})`,
        );
  return together(
    [lambda, ...others],
    `Lambda ${free} at once; Fargate, VPC and Scheduler suffice`,
  );
}

async function quotaOf(
  client: ServiceQuotasClient,
  { service, quota, atLeast }: (typeof NEEDS)[number],
): Promise<Found> {
  for await (const { Quotas = [] } of paginateListServiceQuotas(
    { client },
    { ServiceCode: service },
  )) {
    const low = Quotas.find(
      ({ QuotaName = '', Value = 0 }) => quota.test(QuotaName) && Value < atLeast,
    );
    if (low)
      return failed(
        `${service} allows ${low.Value} of "${low.QuotaName}" and ${atLeast} are needed`,
        `ask for more "${low.QuotaName}" in Service Quotas`,
      );
  }
  return ok('');
}
