import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageValues } from '../stages.ts';

export interface StageParameterProps {
  readonly description: string;
  /** @default - whoever deploys must give it */
  readonly value?: string;
}

/** A value of the stage that a deployment may override: one CloudFormation parameter per stack and name. */
export function stageParameter(scope: Construct, name: string, props: StageParameterProps): string {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(name);
  if (existing instanceof CfnParameter) return existing.valueAsString;
  const { description, value } = props;
  return new CfnParameter(stack, name, {
    type: 'String',
    description,
    ...(value !== undefined && { default: value }),
  }).valueAsString;
}

/** Which chain, and how to reach it. */
export function chainEnvironment(scope: Construct, { network, rpcUrl }: StageValues) {
  const description = 'JSON-RPC endpoint of the chain';
  return {
    NETWORK: network,
    RPC_URL: stageParameter(scope, 'RpcUrl', { description, value: rpcUrl }),
  };
}
