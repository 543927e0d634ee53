import { Duration } from 'aws-cdk-lib';

/** A beat that waits for a chain: shorter than any agent's lease. */
export const BEAT_TIMEOUT = Duration.seconds(120);
/** One upload, streamed. */
export const COLLECT_TIMEOUT = Duration.seconds(90);
/** API Gateway gives up after 30 s: the room should know it first. */
export const DOOR_TIMEOUT = Duration.seconds(29);
export const WAKE_TIMEOUT = Duration.seconds(10);
/** The relay holds a line while it paces itself. */
export const IRC_LINE_HIDDEN = Duration.seconds(60);
