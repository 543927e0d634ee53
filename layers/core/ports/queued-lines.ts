/** One message from the relay's queue, invisible to others until its hold runs out. `id` is the same each time it is received. */
export interface QueuedLine {
  readonly id: string;
  readonly handle: string;
  /** An IrcLine in JSON, or anything at all. */
  readonly body: string;
  readonly group: string;
}

/** The queue that `Lines` fills, seen from its other end: in order within a group, each again and again until it is removed. */
export interface QueuedLines {
  /** Waits a while for the first. */
  receive(signal: AbortSignal): Promise<readonly QueuedLine[]>;
  remove(line: QueuedLine): Promise<void>;
  /** Puts it among the dead letters, with the reason, and removes it. */
  bury(line: QueuedLine, reason: string): Promise<void>;
  /** Holds it on for so many seconds; zero gives it back. */
  hold(line: QueuedLine, seconds: number): Promise<void>;
}
