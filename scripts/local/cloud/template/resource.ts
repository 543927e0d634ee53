import * as z from 'zod';
import { CannotStart } from '../cannot-start.ts';
import type { Stack } from './assembly.ts';
import type { Identity } from './intrinsics.ts';

/** A resource of a stack with everything in it computed. */
export interface LocalResource {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly identity: Identity;
}

/** @throws CannotStart when the properties are not what the local cloud can create, saying which */
export function parseProperties<Schema extends z.ZodType>(
  schema: Schema,
  resource: LocalResource,
): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  throw refused(resource, `(${resource.type}) has properties the local cloud cannot serve`, why);
}

export function refused(
  { logicalId, stack }: LocalResource,
  does: string,
  because: string,
): CannotStart {
  return new CannotStart(
    `${logicalId} in the stack ${stack.name} ${does}: ${because}, so change the local stage.`,
  );
}
