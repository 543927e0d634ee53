import { createHash } from 'node:crypto';
import { arn } from '../aws.ts';
import { CannotStart } from '../cannot-start.ts';
import type { Stack } from './assembly.ts';
import type { Identity } from './intrinsics.ts';

/** What is deployed but has no local counterpart: permissions, keys, networks, alarms and the like. */
const IGNORED: readonly RegExp[] = [
  /^AWS::(IAM|KMS|Logs|CloudWatch|SNS|Budgets|ECR)::/,
  /^AWS::EC2::(VPC|Subnet|Route|InternetGateway|NatGateway|EIP|SecurityGroup|FlowLog|NetworkAcl|DHCPOptions|EgressOnlyInternetGateway)/,
  /^AWS::Lambda::(Permission|LayerVersion)$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::S3::BucketPolicy$/,
  /^AWS::SecretsManager::ResourcePolicy$/,
  /^AWS::ECS::Cluster/,
  /^AWS::CDK::Metadata$/,
  /^Custom::LogRetention$/,
];

export function isIgnored(type: string): boolean {
  return IGNORED.some((pattern) => pattern.test(type));
}

export interface Located {
  readonly stack: Stack;
  readonly logicalId: string;
}

export interface IdentityOptions {
  /** A property, resolved, when it is text. */
  readonly property: (name: string) => string | undefined;
  readonly queueUrl: (name: string) => string;
  readonly apiUrl: () => string;
  readonly secretArn: (name: string) => string;
}

type Identify = (located: Located, options: IdentityOptions) => Identity;

const KINDS: Readonly<Record<string, Identify>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::S3::Bucket': (located, { property }) => {
    const name = property('BucketName') ?? plainName(located, 63).toLowerCase();
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.us-east-1.amazonaws.com`,
      },
    };
  },
  'AWS::SQS::Queue': (located, { property, queueUrl }) => {
    const isFifo = property('FifoQueue') === 'true';
    const name =
      property('QueueName') ?? (isFifo ? `${plainName(located, 75)}.fifo` : plainName(located, 80));
    const url = queueUrl(name);
    return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::SecretsManager::Secret': (located, { property, secretArn }) => {
    // CDK finds an unnamed secret's name in its ARN by counting: CloudFormation's own names have one hyphen
    const unnamed = `${located.logicalId}-${located.stack.name.replaceAll('-', '')}`;
    const name = property('Name') ?? unnamed;
    return { ref: secretArn(name), attributes: { Id: secretArn(name), Name: name } };
  },
  'AWS::Lambda::Function': (located, { property }) => {
    const name = property('FunctionName') ?? plainName(located, 64);
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`), Name: name } };
  },
  'AWS::Lambda::EventSourceMapping': unnamed,
  'AWS::Lambda::EventInvokeConfig': unnamed,
  'AWS::Scheduler::Schedule': (located, { property }) => {
    const name = property('Name') ?? plainName(located, 64);
    return {
      ref: name,
      attributes: {
        Arn: arn('scheduler', `schedule/${property('GroupName') ?? 'default'}/${name}`),
      },
    };
  },
  'AWS::Scheduler::ScheduleGroup': (located, { property }) => {
    const name = property('Name') ?? plainName(located, 64);
    return { ref: name, attributes: { Arn: arn('scheduler', `schedule-group/${name}`) } };
  },
  'AWS::ApiGatewayV2::Api': (located, { apiUrl }) => {
    const id = apiId(located);
    return { ref: id, attributes: { ApiId: id, ApiEndpoint: apiUrl() } };
  },
  'AWS::ApiGatewayV2::Integration': unnamed,
  'AWS::ApiGatewayV2::Route': unnamed,
  'AWS::ApiGatewayV2::Stage': (_, { property }) => ({
    ref: property('StageName') ?? '$default',
    attributes: {},
  }),
  'AWS::ECS::TaskDefinition': (located, { property }) => {
    const definition = arn(
      'ecs',
      `task-definition/${property('Family') ?? plainName(located, 255)}:1`,
    );
    return { ref: definition, attributes: { TaskDefinitionArn: definition } };
  },
  'AWS::ECS::Service': (located, { property }) => {
    const name = property('ServiceName') ?? plainName(located, 255);
    return {
      ref: arn('ecs', `service/${name}`),
      attributes: { Name: name, ServiceArn: arn('ecs', `service/${name}`) },
    };
  },
};

/** @throws CannotStart for a type that is neither created nor known to need nothing */
export function identityOf(located: Located, options: IdentityOptions): Identity {
  const { stack, logicalId } = located;
  const type = stack.template.Resources[logicalId]?.Type;
  if (type === undefined) {
    throw new CannotStart(
      `The stack ${stack.name} refers to ${logicalId}, which it does not define.`,
    );
  }
  const identify = KINDS[type] ?? (isIgnored(type) ? elsewhere(type) : undefined);
  if (!identify) {
    throw new CannotStart(
      `The stack ${stack.name} has ${logicalId} of type ${type}, which has no local counterpart: remove it from the local stage, or teach scripts/local/cloud/template.`,
    );
  }
  return identify(located, options);
}

/** Lower case, as it is a part of a host name in AWS. */
export function apiId({ stack, logicalId }: Located): string {
  return `${stack.name}-${logicalId}`.toLowerCase();
}

function table(located: Located, { property }: IdentityOptions): Identity {
  const name = property('TableName') ?? plainName(located, 255);
  return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`), TableName: name } };
}

function unnamed({ logicalId }: Located): Identity {
  return { ref: logicalId, attributes: { Id: logicalId } };
}

/** A name that tells what it stands for, for a thing that is not here. */
function elsewhere(type: string): Identify {
  const service = (type.split('::')[1] ?? '').toLowerCase();
  return (located) => {
    const name = plainName(located, 255);
    const full = arn(service, name);
    return { ref: service === 'sns' ? full : name, attributes: { Arn: full }, isElsewhere: true };
  };
}

/** `<stack>-<logicalId>`, cut to the service's limit with a hash so that it stays unique. */
function plainName({ stack, logicalId }: Located, limit: number): string {
  const name = `${stack.name}-${logicalId}`;
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, limit - 9)}-${hash}`;
}
