import * as z from 'zod';
import type { Estate } from '../estate.ts';
import { Policy } from '../iam/policy.ts';

/** One role, under the name of who acts with it. */
export interface Actor {
  /** `heartbeat-<agentId>`, a room, `start of <task>`, `schedule of <function>`. */
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly Policy[];
  readonly boundary: Policy | undefined;
  /** Who may become it. */
  readonly trust: Policy;
}

const Attached = z.object({ PolicyDocument: Policy, Roles: z.array(z.string()) });
const Managed = z.object({ PolicyDocument: Policy });
const Task = z.object({
  TaskRoleArn: z.string(),
  ExecutionRoleArn: z.string(),
  ContainerDefinitions: z.tuple([
    z.looseObject({ Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })) }),
  ]),
});
const Scheduled = z.object({ Target: z.looseObject({ Arn: z.string(), RoleArn: z.string() }) });

/** Every role of a stage, with all that IAM knows of it. @throws for a role that nobody acts with, and for managed policies of AWS */
export function actorsOf(estates: readonly Estate[]): readonly Actor[] {
  const names = namesByArn(estates);
  const boundaries = new Map(
    ofType(estates, 'AWS::IAM::ManagedPolicy').map(({ arn, properties }) => [
      arn,
      Managed.parse({ PolicyDocument: properties['PolicyDocument'] }).PolicyDocument,
    ]),
  );
  const attached = ofType(estates, 'AWS::IAM::Policy').map(
    ({ properties: { PolicyDocument, Roles } }) => Attached.parse({ PolicyDocument, Roles }),
  );
  return ofType(estates, 'AWS::IAM::Role').map(({ arn, ref, logicalId, properties }) => {
    const name = names.get(arn);
    if (name === undefined) throw new Error(`Nobody acts with the role ${logicalId}.`);
    for (const also of ['ManagedPolicyArns', 'Policies'])
      if (also in properties) throw new Error(`The role ${logicalId} has ${also}.`);
    const bounds = properties['PermissionsBoundary'];
    return {
      name,
      arn,
      policies: attached
        .filter(({ Roles }) => Roles.includes(ref))
        .map((one) => one.PolicyDocument),
      boundary: typeof bounds === 'string' ? boundaries.get(bounds) : undefined,
      trust: Policy.parse(properties['AssumeRolePolicyDocument']),
    };
  });
}

export function ofType(estates: readonly Estate[], type: string): readonly Estate[] {
  return estates.filter((estate) => estate.type === type);
}

/** `economia-viva-<stage>-<room>...` without its beginning. */
export function shortName(name: string): string {
  return name.replace(/^economia-viva-[a-z]+-/, '');
}

function namesByArn(estates: readonly Estate[]): ReadonlyMap<string, string> {
  const functions = ofType(estates, 'AWS::Lambda::Function').map(
    ({ ref, arn, properties }): [string, string, string] => [
      String(properties['Role']),
      shortName(ref),
      arn,
    ],
  );
  const schedules = ofType(estates, 'AWS::Scheduler::Schedule').map(
    ({ properties }): [string, string] => {
      const { Arn, RoleArn } = Scheduled.parse(properties).Target;
      const target = functions.find(([, , arn]) => arn === Arn)?.[1] ?? Arn;
      return [RoleArn, `schedule of ${target}`];
    },
  );
  const tasks = ofType(estates, 'AWS::ECS::TaskDefinition').flatMap(({ properties }) => {
    const { TaskRoleArn, ExecutionRoleArn, ContainerDefinitions } = Task.parse(properties);
    const room = ContainerDefinitions[0].Environment.find(({ Name }) => Name === 'ROOM')?.Value;
    const names: [string, string][] = [
      [TaskRoleArn, String(room)],
      [ExecutionRoleArn, `start of ${String(room)}`],
    ];
    return names;
  });
  return new Map([
    ...functions.map(([role, name]): [string, string] => [role, name]),
    ...schedules,
    ...tasks,
  ]);
}
