import { Stack } from 'aws-cdk-lib';
import { type IManagedPolicy, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StageValues } from '../stages.ts';

export interface BoundaryProps {
  readonly stage: Pick<StageValues, 'name'>;
}

const USE = [
  'dynamodb:*Item',
  'dynamodb:Query',
  's3:*Object',
  's3:ListBucket',
  's3:AbortMultipartUpload',
  'sqs:*Message',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueue*',
  'lambda:InvokeFunction',
  'secretsmanager:GetSecretValue',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
] as const;
const PULL = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
] as const;

/**
 * What no role of a stage may exceed, whatever its own policy says: what the stage itself owns, by the names that CloudFormation
 * gives, and never anything of IAM. It grants nothing; its wildcards only say how far a mistake could reach.
 */
export class Boundary extends Construct {
  readonly policy: IManagedPolicy;

  constructor(scope: Construct, id: string, { stage }: BoundaryProps) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const own = (service: string, resource: string) =>
      `arn:${partition}:${service}:${region}:${account}:${resource}`;
    const prefix = `economia-viva-${stage.name}-`;
    this.policy = new ManagedPolicy(this, 'Policy', {
      description: `What no role of ${stage.name} may exceed`,
      statements: [
        new PolicyStatement({
          sid: 'WhatTheStageOwns',
          actions: [...USE],
          resources: [
            own('dynamodb', `table/${prefix}*`),
            `arn:${partition}:s3:::${prefix}*`,
            own('sqs', `${prefix}*`),
            own('lambda', `function:${prefix}*`),
            own('secretsmanager', `secret:economia-viva/${stage.name}/*`),
            own('logs', `log-group:/aws/lambda/${prefix}*`),
            own('logs', `log-group:/economia-viva/${stage.name}/*`),
          ],
        }),
        new PolicyStatement({
          sid: 'SecretsThroughTheirManager',
          actions: ['kms:Decrypt'],
          resources: [own('kms', 'key/*')],
          conditions: {
            StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` },
          },
        }),
        new PolicyStatement({
          sid: 'ImagesOfTasks',
          actions: [...PULL],
          resources: ['*'],
        }),
      ],
    });
  }
}
