import { ACCOUNT, arn, REGION } from '../../scripts/local/cloud/aws.ts';
import { readAssembly, type Stack } from '../../scripts/local/cloud/template/assembly.ts';
import { identityOf } from '../../scripts/local/cloud/template/identity.ts';
import { type Identity, Resolver } from '../../scripts/local/cloud/template/intrinsics.ts';

export { ACCOUNT };

/** One resource with every reference in it computed, as CloudFormation would. */
export interface Estate {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly arn: string;
  readonly ref: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** All resources of a synthesized app; account and region are the local cloud's, whose reader of templates this is. */
export function estatesOf(assembly: string): readonly Estate[] {
  const stacks = readAssembly(assembly);
  const resolver: Resolver = new Resolver({
    stacks,
    parameters: { MarketAddress: '0x0000000000000000000000000000000000000000' },
    identify: (stack, logicalId) => identify(stack, logicalId, resolver),
    rewrite: (text) => text,
  });
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources).map(([logicalId, { Type, Properties }]) => {
      const { ref, attributes } = identify(stack, logicalId, resolver);
      return {
        stack: stack.name,
        logicalId,
        type: Type,
        ref,
        arn: attributes['Arn'] ?? ref,
        properties: resolver.resolve(stack, Properties) as Estate['properties'],
      };
    }),
  );
}

function identify(stack: Stack, logicalId: string, resolver: Resolver): Identity {
  const { Type = '', Properties = {} } = stack.template.Resources[logicalId] ?? {};
  const property = (name: string) => {
    const value = resolver.resolve(stack, Properties[name]);
    return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
  };
  const own = OWN[Type]?.({ id: `${stack.name}-${logicalId}`, property });
  return (
    own ??
    identityOf(
      { stack, logicalId },
      {
        property,
        queueUrl: (name) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
        secretArn: (name) => arn('secretsmanager', `secret:${name}-AbCdEf`),
        apiUrl: () => `https://${logicalId}.execute-api.${REGION}.amazonaws.com`,
      },
    )
  );
}

type Own = (given: {
  readonly id: string;
  readonly property: (name: string) => string | undefined;
}) => Identity;

/** What the local cloud has no use for, and IAM has. */
const OWN: Readonly<Record<string, Own>> = {
  'AWS::IAM::Role': ({ id }) => named(id, `arn:aws:iam::${ACCOUNT}:role/${id}`),
  'AWS::IAM::ManagedPolicy': ({ id }) => {
    const policy = `arn:aws:iam::${ACCOUNT}:policy/${id}`;
    return named(policy, policy);
  },
  'AWS::Logs::LogGroup': ({ id, property }) => {
    const name = property('LogGroupName') ?? id;
    return named(name, arn('logs', `log-group:${name}:*`));
  },
  'AWS::KMS::Key': ({ id }) => named(id, arn('kms', `key/${id}`)),
};

function named(ref: string, Arn: string): Identity {
  return { ref, attributes: { Arn } };
}
