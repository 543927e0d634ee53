import type { App } from 'aws-cdk-lib';
import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { AgentsStack } from './stacks/agents.ts';
import { IrcStack } from './stacks/irc.ts';
import { LogsStack } from './stacks/logs.ts';
import { MarketStack } from './stacks/market.ts';
import { StateStack } from './stacks/state.ts';
import { WatchStack } from './stacks/watch.ts';
import type { StageValues } from './stages.ts';

/** All stacks of one stage, by name `economia-viva-<stage>-<stack>`. */
export function addStage(app: App, stage: StageValues) {
  const name = (stack: string) => `economia-viva-${stage.name}-${stack}`;
  const state = new StateStack(app, name('state'), stage);
  const logs = new LogsStack(app, name('logs'), { stage, state });
  const irc = new IrcStack(app, name('irc'), { stage, state });
  const market =
    stage.market.kind === 'own'
      ? new MarketStack(app, name('market'), { stage, state })
      : undefined;
  const agents = new AgentsStack(app, name('agents'), { stage, state, market, irc });
  const watch = new WatchStack(app, name('watch'), { stage, state, logs, irc, agents, market });
  for (const stack of [logs, irc, market, agents, watch])
    if (stack !== undefined) PermissionsBoundary.of(stack).apply(state.boundary);
  return { state, logs, irc, market, agents, watch };
}
