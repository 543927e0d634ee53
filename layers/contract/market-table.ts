/**
 * Shape of table `market`, for whoever creates it: all key attributes are strings, both indexes project all attributes,
 * `ttl` is in unix seconds. Both indexes are sparse and hold tasks only.
 */
export const MARKET_TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'ttl',
  indexes: [
    /** Tasks that still take applications, by time of creation. */
    { name: 'open', partitionKey: 'openPk', sortKey: 'openSk' },
    /** Every task of one publisher, by time of creation. */
    { name: 'byPublisher', partitionKey: 'publisherPk', sortKey: 'publisherSk' },
  ],
} as const;
