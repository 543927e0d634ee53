import { randomBytes } from 'node:crypto';
import { ACCOUNT, nameOf, REGION } from './aws.ts';
import type { Sqs } from './sqs.ts';

/** One `QueueConfigurations` entry of a bucket. */
export interface Notification {
  readonly id: string;
  readonly bucket: string;
  /** `s3:ObjectCreated:*` */
  readonly event: string;
  readonly queueArn: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** What S3 tells about an object that is durable. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly eTag: string;
  /** `ObjectCreated:Put`, with or without `s3:` */
  readonly eventName: string;
}

export interface Notifications {
  readonly add: (notification: Notification) => void;
  /** All are added: from now on objects are told of. */
  readonly open: () => void;
  /** Waits until `open`: S3 may owe events from before a restart. */
  readonly onObject: (object: StoredObject) => Promise<void>;
  /** Lets those that wait for `open` go, untold. */
  readonly close: () => void;
}

/** Sends S3 events to queues by prefix and suffix. */
export function createNotifications(sqs: Sqs): Notifications {
  const notifications: Notification[] = [];
  const opened = Promise.withResolvers<undefined>();
  opened.promise.catch(() => undefined);
  let sequence = BigInt(Date.now()) << 20n;
  return {
    add: (notification) => notifications.push(notification),
    open: () => {
      opened.resolve(undefined);
    },
    close: () => {
      opened.reject(new Error('The local cloud stops.'));
    },
    onObject: async (object) => {
      await opened.promise;
      const eventName = object.eventName.replace(/^s3:/, '');
      for (const notification of notifications) {
        if (!applies(notification, object, eventName)) continue;
        sequence += 1n;
        const record = s3Record(
          notification,
          { ...object, eventName },
          sequence.toString(16).toUpperCase(),
        );
        await sqs.send(nameOf(notification.queueArn), JSON.stringify({ Records: [record] }));
      }
    },
  };
}

function applies(
  { bucket, event, prefix, suffix }: Notification,
  object: StoredObject,
  eventName: string,
): boolean {
  const wanted = event.replace(/^s3:/, '');
  const isEvent = wanted.endsWith('*')
    ? eventName.startsWith(wanted.slice(0, -1))
    : eventName === wanted;
  return (
    isEvent &&
    bucket === object.bucket &&
    object.key.startsWith(prefix) &&
    object.key.endsWith(suffix)
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html, version 2.1 */
function s3Record({ id }: Notification, object: StoredObject, sequencer: string): object {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: new Date().toISOString(),
    eventName: object.eventName,
    userIdentity: { principalId: `AWS:${ACCOUNT}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: {
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-amz-id-2': randomBytes(24).toString('base64'),
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: id,
      bucket: {
        name: object.bucket,
        ownerIdentity: { principalId: ACCOUNT },
        arn: `arn:aws:s3:::${object.bucket}`,
      },
      object: {
        key: encodeKey(object.key),
        size: object.size,
        eTag: object.eTag.replaceAll('"', ''),
        sequencer,
      },
    },
  };
}

/** As a form field: `+` for a space, but with the slashes left alone. */
function encodeKey(key: string): string {
  return new URLSearchParams({ k: key }).toString().slice(2).replaceAll('%2F', '/');
}
