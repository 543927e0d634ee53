import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { StageValues } from '../../lib/stages.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { explainAws } from './explain-aws.ts';
import type { Place } from './site.ts';

/** Reads the outputs of the stage's stacks. @throws CannotStart when one is not deployed */
export async function placeOnAws(stage: StageValues): Promise<Place> {
  const formation = new CloudFormationClient({ region: stage.region, maxAttempts: 2 });
  const stack = (name: string) => outputsOf(formation, `economia-viva-${stage.name}-${name}`);
  const [state, agents, market] = await Promise.all([
    stack('state'),
    stack('agents'),
    stage.market.kind === 'own' ? stack('market') : undefined,
  ]);
  return {
    economyTable: state('EconomyTable'),
    marketTable: state('MarketTable'),
    dataBucket: state('DataBucket'),
    storefrontUrl: agents('StorefrontUrl'),
    ...(stage.market.kind === 'other'
      ? { marketUrl: stage.market.marketUrl, facilitatorUrl: stage.market.facilitatorUrl }
      : {
          marketUrl: market?.('MarketUrl') ?? '',
          facilitatorUrl: market?.('FacilitatorUrl') ?? '',
        }),
  };
}

async function outputsOf(
  formation: CloudFormationClient,
  StackName: string,
): Promise<(output: string) => string> {
  const { Stacks = [] } = await formation
    .send(new DescribeStacksCommand({ StackName }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('does not exist'))
        throw new CannotStart(`Stack ${StackName} is not deployed: deploy the stage first.`);
      throw explainAws(error);
    });
  const outputs = Stacks[0]?.Outputs ?? [];
  return (name) => {
    const value = outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    if (value !== undefined) return value;
    throw new CannotStart(`Stack ${StackName} has no output ${name}: deploy the stage again.`);
  };
}
