import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readAssembly } from '../../../scripts/local/cloud/template/assembly.ts';
import { Resolver } from '../../../scripts/local/cloud/template/intrinsics.ts';
import { loadTemplates } from '../../../scripts/local/cloud/template.ts';
import { temporaryFolder } from '../../support/local-cloud.ts';

const removals: (() => void)[] = [];
afterEach(() => {
  for (const remove of removals.splice(0)) remove();
});

function anAssembly(stacks: Record<string, object>): string {
  const { dir, remove } = temporaryFolder();
  removals.push(remove);
  const artifacts = Object.fromEntries(
    Object.keys(stacks).map((name) => [
      name,
      { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } },
    ]),
  );
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ artifacts }));
  for (const [name, template] of Object.entries(stacks)) {
    writeFileSync(join(dir, `${name}.template.json`), JSON.stringify(template));
  }
  return dir;
}

const load = (assembly: string) =>
  loadTemplates({
    assembly,
    parameters: {},
    queueUrl: (name) => `http://sqs/${name}`,
    secretArn: (name) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-000000`,
    bindApi: ({ id }) => Promise.resolve(`http://api/${id}`),
  });

describe('the intrinsic functions', () => {
  const [stack] = readAssembly(
    anAssembly({
      One: {
        Parameters: { Names: { Type: 'CommaDelimitedList', Default: 'a,b' } },
        Mappings: { M: { x: { y: 'mapped' } } },
        Conditions: {
          Yes: { 'Fn::Equals': ['1', '1'] },
          No: { 'Fn::Not': [{ Condition: 'Yes' }] },
        },
        Resources: { Q: { Type: 'AWS::SQS::Queue' } },
        Outputs: { Out: { Value: { Ref: 'Q' }, Export: { Name: 'One:Out' } } },
      },
    }),
  );
  if (!stack) throw new Error('no stack');
  const resolver = new Resolver({
    stacks: [stack],
    parameters: {},
    identify: (_, id) => ({ ref: `ref-${id}`, attributes: { Arn: `arn-${id}` } }),
    rewrite: (text) => text.replace('https://aws', 'http://here'),
  });

  it.each([
    [{ Ref: 'Q' }, 'ref-Q'],
    [{ 'Fn::GetAtt': ['Q', 'Arn'] }, 'arn-Q'],
    [{ 'Fn::Sub': '${Q}/${Q.Arn}/${AWS::Region}/${!kept}' }, 'ref-Q/arn-Q/us-east-1/${kept}'],
    [{ 'Fn::Sub': ['${own}-${Q}', { own: { Ref: 'AWS::StackName' } }] }, 'One-ref-Q'],
    [{ 'Fn::Join': ['', ['https://', 'aws', '/', { Ref: 'Q' }]] }, 'http://here/ref-Q'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['-', 'a-b-c'] }] }, 'b'],
    [{ 'Fn::Select': [0, { Ref: 'Names' }] }, 'a'],
    [{ 'Fn::FindInMap': ['M', 'x', 'y'] }, 'mapped'],
    [{ 'Fn::ImportValue': 'One:Out' }, 'ref-Q'],
    [{ 'Fn::If': ['No', 'yes', 'no'] }, 'no'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [{ Condition: { StringEquals: {} } }, { Condition: { StringEquals: {} } }],
  ])('compute %j', (value, result) => {
    expect(resolver.resolve(stack, value)).toEqual(result);
  });

  it.each([
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2] }, /the stack One uses the function Fn::Cidr/i],
    [{ 'Fn::ImportValue': 'Two:Out' }, /the export Two:Out/],
    [{ 'Fn::GetAtt': ['Q', 'Colour'] }, /the attribute Colour of Q/],
  ])('refuse %j by name', (value, words) => {
    expect(() => resolver.resolve(stack, value)).toThrow(words);
  });
});

describe('a synthesized app', () => {
  it('is refused when it has a type without a local counterpart, with type and stack named', async () => {
    const assembly = anAssembly({ Data: { Resources: { Db: { Type: 'AWS::RDS::DBCluster' } } } });

    await expect(load(assembly)).rejects.toThrow(
      /The stack Data has Db of type AWS::RDS::DBCluster, which has no local/,
    );
  });

  it('refers freely between stacks and to what exists only in AWS', async () => {
    const assembly = anAssembly({
      A: {
        Resources: {
          Key: { Type: 'AWS::KMS::Key' },
          Fifo: {
            Type: 'AWS::SQS::Queue',
            Properties: { FifoQueue: true, KmsMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
          },
        },
        Outputs: { Url: { Value: { Ref: 'Fifo' }, Export: { Name: 'A:Url' } } },
      },
      B: { Outputs: { Again: { Value: { 'Fn::ImportValue': 'A:Url' } } } },
    });
    const { ofType, outputs } = await load(assembly);

    expect(ofType('AWS::SQS::Queue')[0]?.properties['KmsMasterKeyId']).toBe(
      'arn:aws:kms:us-east-1:000000000000:A-Key',
    );
    expect(outputs()).toEqual({
      A: { Url: 'http://sqs/A-Fifo.fifo' },
      B: { Again: 'http://sqs/A-Fifo.fifo' },
    });
  });

  it('includes the stacks of its stages', () => {
    const outer = anAssembly({});
    mkdirSync(join(outer, 'assembly-Local'));
    const inner = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 't.json', stackName: 'Local-State' },
    };
    writeFileSync(
      join(outer, 'manifest.json'),
      JSON.stringify({
        artifacts: {
          'assembly-Local': {
            type: 'cdk:cloud-assembly',
            properties: { directoryName: 'assembly-Local' },
          },
        },
      }),
    );
    writeFileSync(
      join(outer, 'assembly-Local', 'manifest.json'),
      JSON.stringify({ artifacts: { x: inner } }),
    );
    writeFileSync(join(outer, 'assembly-Local', 't.json'), '{}');

    expect(readAssembly(outer).map(({ name }) => name)).toEqual(['Local-State']);
  });
});
