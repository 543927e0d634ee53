/**
 * A program to be killed: serves the local DynamoDB or S3 on a folder and prints its URL.
 * Usage: node serve.ts dynamodb|s3 DIR [ACCESS_KEY_ID SECRET_ACCESS_KEY]
 */
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';

const [kind, dir, accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
if (kind === 'dynamodb') process.stdout.write(`${(await startDynamo({ dir })).url}\n`);
if (kind === 's3' && dir !== undefined) {
  const credentials = { accessKeyId, secretAccessKey };
  process.stdout.write(`${(await startS3({ dir, credentials, onObject: () => undefined })).url}\n`);
}
