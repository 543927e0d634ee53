import { wire } from './wiring.ts';

const HEARTBEAT_MS = 30_000;
const GIVE_UP_MS = 15 * 60_000;
/** ECS kills after its stop timeout; we are gone before. */
const STOP_MS = 18_000;

/** Runs until SIGTERM (exit 0), or until it cannot go on (exit 1), when ECS starts another. */
function main(): void {
  const { relay, log } = wire();
  let isStopping = false;

  const stop = async (reason: string, code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await relay.stop(reason);
    log.info('stopped', { reason, ...relay.health(Date.now()) });
    process.exit(code);
  };
  const fail = (error: unknown): void => {
    log.error('failed', { error: String(error) });
    process.exit(1);
  };

  process.on('SIGTERM', () => void stop('Restarting', 0).catch(fail));
  process.on('SIGINT', () => void stop('Stopping', 0).catch(fail));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  relay.start();
  setInterval(() => {
    const health = relay.health(Date.now());
    log.info('relay', { ...health });
    if (health.silentMs > GIVE_UP_MS || health.queueAwayMs > GIVE_UP_MS) {
      void stop('Cannot go on', 1).catch(fail);
    }
  }, HEARTBEAT_MS);
}

main();
