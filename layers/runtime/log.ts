import { Logger } from '@aws-lambda-powertools/logger';

/** One room's log: JSON lines on stdout, each an event word and its keys. Level by POWERTOOLS_LOG_LEVEL. */
export function createLog(room: string): Logger {
  return new Logger({ serviceName: room });
}
