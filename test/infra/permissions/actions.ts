/** What one can do to each kind of target, as far as it does harm or good. A policy that names anything else fails the test. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  dynamodb: named(
    'dynamodb',
    `GetItem BatchGetItem Query ConditionCheckItem PutItem UpdateItem DeleteItem BatchWriteItem Scan
     PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete DescribeTable UpdateTable DeleteTable UpdateTimeToLive
     UpdateContinuousBackups ExportTableToPointInTime RestoreTableToPointInTime CreateBackup GetRecords`,
  ),
  s3: named(
    's3',
    `GetObject GetObjectVersion GetObjectAcl PutObject PutObjectAcl DeleteObject DeleteObjectVersion AbortMultipartUpload
     ListBucket ListBucketVersions ListBucketMultipartUploads ListMultipartUploadParts GetBucketLocation GetBucketPolicy
     PutBucketPolicy PutBucketNotification PutBucketVersioning PutLifecycleConfiguration DeleteBucket`,
  ),
  sqs: named(
    'sqs',
    `SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl PurgeQueue
     SetQueueAttributes DeleteQueue AddPermission StartMessageMoveTask`,
  ),
  secretsmanager: named(
    'secretsmanager',
    `GetSecretValue BatchGetSecretValue DescribeSecret ListSecretVersionIds PutSecretValue UpdateSecret RotateSecret
     DeleteSecret RestoreSecret GetResourcePolicy PutResourcePolicy`,
  ),
  kms: named('kms', 'Decrypt Encrypt GenerateDataKey CreateGrant ScheduleKeyDeletion PutKeyPolicy'),
  lambda: named(
    'lambda',
    `InvokeFunction InvokeFunctionUrl GetFunction UpdateFunctionCode UpdateFunctionConfiguration AddPermission
     PutFunctionConcurrency DeleteFunction`,
  ),
  logs: named(
    'logs',
    `CreateLogStream PutLogEvents GetLogEvents FilterLogEvents PutRetentionPolicy DeleteLogStream DeleteLogGroup`,
  ),
  sns: named('sns', 'Publish Subscribe SetTopicAttributes DeleteTopic'),
  'iam sts': [
    ...named(
      'iam',
      'PassRole PutRolePolicy AttachRolePolicy UpdateAssumeRolePolicy DeleteRolePermissionsBoundary',
    ),
    ...named('sts', 'AssumeRole'),
  ],
  ecr: named(
    'ecr',
    'GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage PutImage DeleteRepository',
  ),
  scheduler: named('scheduler', 'CreateSchedule UpdateSchedule DeleteSchedule GetSchedule'),
};

function named(service: string, words: string): readonly string[] {
  return words.split(/\s+/).map((word) => `${service}:${word}`);
}
