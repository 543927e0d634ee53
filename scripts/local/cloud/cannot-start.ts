/** A reason the local cloud cannot start or go on, as one sentence that names the remedy. Scripts print it and exit 1. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

const REMEDIES: Readonly<Record<string, (what: string) => string>> = {
  EADDRINUSE: (what) =>
    `${what} is already in use: stop the program that holds it (\`ss -ltnp\` names it) or choose another port.`,
  EACCES: (what) =>
    `${what} may not be used by this user: choose another one or fix its permissions.`,
  ENOSPC: (what) =>
    `${what} cannot be written because the disk is full: free some space and start again.`,
  EROFS: (what) => `${what} is on a read-only file system: choose another folder.`,
  ENOTDIR: noFolder,
  // what mkdir says of a file in the folder's place
  EEXIST: noFolder,
};

function noFolder(what: string): string {
  return `${what} is not a folder: choose another one or remove the file in its place.`;
}

/** Turns the errors a person can do something about into sentences; any other error stays as it is. */
export function explain(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  const remedy = REMEDIES[codeOf(error)];
  return remedy ? new CannotStart(remedy(what), { cause: error }) : error;
}

function codeOf(error: Error): string {
  // SQLite's words, which also come through a service's answer
  if (error.message.includes('database or disk is full')) return 'ENOSPC';
  return 'code' in error ? String(error.code) : '';
}
