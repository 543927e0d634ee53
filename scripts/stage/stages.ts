import { type Command, Option } from 'commander';
import { local, prod, type StageValues, sandbox } from '../../lib/stages.ts';
import { type LookFlags, withLookFlags } from '../viva/options.ts';

const STAGES = { local, sandbox, prod };

/** Flags of every command that works on a stage. */
export interface StageFlags extends LookFlags {
  readonly stage: keyof typeof STAGES;
  readonly rpcUrl?: string;
}

export function stageOf({ stage }: Pick<StageFlags, 'stage'>): StageValues {
  return STAGES[stage];
}

/** `--dir` counts for the stage `local` alone. */
export function withStage(command: Command): Command {
  return withLookFlags(command)
    .addOption(
      new Option('--stage <name>', 'the stage').choices(Object.keys(STAGES)).makeOptionMandatory(),
    )
    .option('--rpc-url <url>', "the chain's JSON-RPC (default: the stage's)");
}
