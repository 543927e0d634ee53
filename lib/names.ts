import type { StageValues } from './stages.ts';

/** Physical name of a room's function: the wake room invokes agents by it, and logs are found by it. */
export function functionName(
  stage: Pick<StageValues, 'name'>,
  room: string,
  agentId?: string,
): string {
  return ['economia-viva', stage.name, room, ...(agentId === undefined ? [] : [agentId])].join('-');
}
