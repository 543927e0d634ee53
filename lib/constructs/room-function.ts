import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionName } from '../names.ts';
import { ROOM_ENVIRONMENT } from '../room-environment.ts';
import type { StageValues } from '../stages.ts';

export interface RoomFunctionProps {
  readonly stage: StageValues;
  /** Folder under `functions/`. */
  readonly room: string;
  /** Set when every agent has a function of this room. @default - one function for all */
  readonly agentId?: string;
  readonly description: string;
  /** Complete: type it as `EnvOf<typeof ...Env>`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Megabytes. */
  readonly memory: number;
  readonly timeout: Duration;
}

/** One room as a function, with a role that at first may only write its own log. */
export class RoomFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RoomFunctionProps) {
    super(scope, id);
    const { stage, room, agentId, description, environment, memory, timeout } = props;
    const name = functionName(stage, room, agentId);

    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${name}`,
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // a role of our own: the default one carries a managed policy that may write every log
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${name}`,
    });
    logGroup.grantWrite(role);

    this.function = new LambdaFunction(this, 'Function', {
      functionName: name,
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleOf(this, room)),
      handler: 'index.handler',
      memorySize: memory,
      timeout,
      environment: { ...ROOM_ENVIRONMENT, ...environment },
      logGroup,
      role,
    });
  }
}

/**
 * Folder of a room's bundle: `dist/rooms/<room>`, or under the folder that context `rooms` names (tests).
 * @throws one sentence when the room is not built
 */
export function bundleOf(scope: Construct, room: string): string {
  const given: unknown = scope.node.tryGetContext('rooms');
  const rooms =
    typeof given === 'string' ? given : resolve(import.meta.dirname, '../../dist/rooms');
  const folder = join(rooms, room);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(`Room "${room}" is not built at ${folder}: run \`npm run build\`.`);
  }
  return folder;
}
