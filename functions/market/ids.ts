import { createHash } from 'node:crypto';
import { TaskId } from '#contract/ids.ts';

/** A UUID (RFC 9562, version 8) that follows from its parts: the same parts, the same id, so a retry finds what it made. */
export function uuidOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(hash.charAt(16), 16) % 4);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

export function taskIdOf(publisher: string, idempotencyKey: string): TaskId {
  return TaskId.parse(uuidOf('task', publisher, idempotencyKey));
}

export function executorIdOf(wallet: string): string {
  return uuidOf('executor', wallet);
}
