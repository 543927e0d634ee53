import type { IncomingMessage } from 'node:http';
import type { Call } from './context.ts';
import { S3Error } from './errors.ts';
import { createBucket, deleteBucket, headBucket, listBuckets, listObjects } from './listing.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart.ts';
import { getObject } from './read.ts';
import { header, type Target } from './request.ts';
import { copyObject, deleteObject, deleteObjects, putObject } from './write.ts';

type Operation = (call: Call) => void | Promise<void>;

/** By method, place and the query word that selects the operation ('' for none). */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET service': listBuckets,
  'PUT bucket': createBucket,
  'HEAD bucket': headBucket,
  'DELETE bucket': deleteBucket,
  'GET bucket list-type': listObjects,
  'GET bucket uploads': listMultipartUploads,
  'POST bucket delete': deleteObjects,
  'PUT object': putObject,
  'PUT object copy': copyObject,
  'PUT object uploadId': uploadPart,
  'GET object': getObject,
  'HEAD object': getObject,
  'GET object uploadId': listParts,
  'DELETE object': deleteObject,
  'DELETE object uploadId': abortMultipartUpload,
  'POST object uploads': createMultipartUpload,
  'POST object uploadId': completeMultipartUpload,
};

const SELECTORS = ['list-type', 'uploads', 'uploadId', 'delete'];

/** Query words that refine an operation; any other names a feature that is not here. */
const REFINEMENTS =
  /^(?:prefix|delimiter|max-(?:keys|parts|uploads)|continuation-token|start-after|encoding-type|fetch-owner|partNumber|part-number-marker|key-marker|upload-id-marker|x-id|response-.*|x-amz-.*)$/i;

/** @throws S3Error NotImplemented for what this server does not have, rather than a wrong answer */
export function operationFor(target: Target, message: IncomingMessage): Operation {
  const { method, bucket, key, query } = target;
  const [object, service] = [key !== '', bucket === ''];
  const place = service ? 'service' : object ? 'object' : 'bucket';
  const copying = method === 'PUT' && header(message, 'x-amz-copy-source') !== undefined;
  const selectors = [...query.keys()].filter((name) => !REFINEMENTS.test(name));
  const words = [method, place, ...selectors, ...(copying ? ['copy'] : [])];
  const operation = OPERATIONS[words.join(' ')];
  const unknown = selectors.filter((name) => !SELECTORS.includes(name));
  if (operation && !(method !== 'PUT' && query.has('partNumber'))) return operation;
  throw new S3Error(
    'NotImplemented',
    `The local S3 has no ${words.join(' ')}${unknown.length > 0 ? `: ${unknown.join(', ')}` : ''}.`,
  );
}
