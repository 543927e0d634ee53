import { writeFileSync } from 'node:fs';
import { createLog } from '#runtime/log.ts';
import { wire } from './wiring.ts';

const LOOK_MS = 10_000;
const TELL_EVERY = 3;
const GIVE_UP_MS = 15 * 60_000;
/** ECS kills after its stop timeout; we are gone before. */
const STOP_MS = 18_000;

/** Runs until SIGTERM (exit 0), or until it cannot go on (exit 1), when ECS starts another. */
async function main(): Promise<void> {
  const { relay, log, healthFile } = await wire();
  let isStopping = false;
  let isReady = false;
  let looks = 0;

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
  const look = (): void => {
    const health = relay.health(Date.now());
    if (looks % TELL_EVERY === 0) log.info('relay', { ...health });
    looks += 1;
    // alive is whoever has once been ready and still comes round: a network that is away is no reason to start another
    isReady ||= health.isStandby || (health.agents > 0 && health.connected === health.agents);
    if (isReady) writeFileSync(healthFile, JSON.stringify(health));
    if (health.silentMs > GIVE_UP_MS || health.queueAwayMs > GIVE_UP_MS) {
      void stop('Cannot go on', 1).catch(fail);
    }
  };

  process.on('SIGTERM', () => void stop('Restarting', 0).catch(fail));
  process.on('SIGINT', () => void stop('Stopping', 0).catch(fail));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  relay.start().catch(fail);
  setInterval(look, LOOK_MS);
}

main().catch((error: unknown) => {
  createLog('irc-relay').error('cannot start', { error: String(error) });
  process.exit(1);
});
