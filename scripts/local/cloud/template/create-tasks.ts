import { join } from 'node:path';
import * as z from 'zod';
import type { Secrets } from '../secrets.ts';
import type { Tasks } from '../tasks.ts';
import { type LocalResource, parseProperties, refused } from './resource.ts';

const Definition = z.object({
  Memory: z.coerce.number().default(512),
  ContainerDefinitions: z.array(
    z.object({
      Name: z.string(),
      Environment: z.array(z.object({ Name: z.string(), Value: z.coerce.string() })).default([]),
      Secrets: z.array(z.object({ Name: z.string(), ValueFrom: z.string() })).default([]),
    }),
  ),
});
const Service = z.object({
  TaskDefinition: z.string(),
  DesiredCount: z.coerce.number().default(1),
});

export interface TaskSiteOptions {
  readonly tasks: Tasks;
  readonly secrets: Secrets;
  /** Where `<ROOM>/index.mjs` are. */
  readonly roomsDir: string;
  /** Environment that the platform adds. */
  readonly platform: Readonly<Record<string, string>>;
}

/** AWS::ECS::Service: the one container of its task definition, whose variable `ROOM` names the bundled program. */
export function runServices(
  services: readonly LocalResource[],
  definitions: readonly LocalResource[],
  { tasks, secrets, roomsDir, platform }: TaskSiteOptions,
): void {
  for (const service of services) {
    const { TaskDefinition, DesiredCount } = parseProperties(Service, service);
    const definition = definitions.find(({ identity }) => identity.ref === TaskDefinition);
    if (!definition)
      throw refused(service, `runs ${TaskDefinition}`, 'that task definition is not of this app');
    const { Memory, ContainerDefinitions } = parseProperties(Definition, definition);
    const [container, ...others] = ContainerDefinitions;
    if (!container || others.length > 0) {
      throw refused(
        definition,
        `has ${ContainerDefinitions.length} containers`,
        'a local task is one process',
      );
    }
    if (DesiredCount === 0) continue;
    if (DesiredCount > 1)
      throw refused(service, `wants ${DesiredCount} tasks`, 'a local service is one process');
    const environment = Object.fromEntries(
      container.Environment.map(({ Name, Value }) => [Name, Value]),
    );
    const room = environment['ROOM'];
    if (room === undefined) {
      throw refused(
        definition,
        'has no variable ROOM',
        'the local cloud runs dist/rooms/<ROOM>/index.mjs for its image',
      );
    }
    tasks.run({
      name: room,
      program: join(roomsDir, room, 'index.mjs'),
      memoryMb: Memory,
      environment: () => ({
        ...platform,
        ...environment,
        ...Object.fromEntries(
          container.Secrets.map(({ Name, ValueFrom }) => [Name, secretValue(secrets, ValueFrom)]),
        ),
      }),
    });
  }
}

/** `<arn>` or `<arn>:<json key>::`, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html */
function secretValue(secrets: Secrets, from: string): string {
  const parts = from.split(':');
  const value = secrets.valueOf(parts.slice(0, 7).join(':'));
  if (value === undefined) {
    throw new Error(`The secret ${from} has no value yet: the task starts when it has one.`);
  }
  const key = parts[7] ?? '';
  if (key === '') return value;
  return z.coerce.string().parse(z.record(z.string(), z.unknown()).parse(JSON.parse(value))[key]);
}
