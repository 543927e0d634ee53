/**
 * Shape of table `market`, for whoever creates it: all key attributes are strings, all indexes project all attributes,
 * `ttl` is in unix seconds. The indexes are sparse: `byExecutor` holds applications, the others tasks.
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
    /** Tasks that a deadline can still end, by deadline, and those whose lock is on its way back, by when that began. */
    { name: 'due', partitionKey: 'duePk', sortKey: 'dueSk' },
    /** Every application of one executor, by time. */
    { name: 'byExecutor', partitionKey: 'executorPk', sortKey: 'executorSk' },
  ],
} as const;
