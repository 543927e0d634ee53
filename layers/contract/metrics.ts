/** CloudWatch namespace of every metric. */
export const NAMESPACE = 'EconomiaViva';

/** Metric names; zeros are emitted too, because a metric that disappears cannot alarm. */
export const METRICS = {
  dealsSettled: 'DealsSettled',
  intentsFailed: 'IntentsFailed',
  /** Deals whose fee on the chain is not what the operator's rate makes of the bounty. */
  wrongFees: 'WrongFees',
  budgetRefusals: 'BudgetRefusals',
  /** Requests that the market answered with 429 or 5xx, or not at all. */
  marketTroubles: 'MarketTroubles',
  piecesRead: 'PiecesRead',
  notMessages: 'NotMessages',
  messagesCollected: 'MessagesCollected',
  recordsQuarantined: 'RecordsQuarantined',
  /** Nicks that are on IRC, as the relay's log says every half minute. */
  relayConnected: 'RelayConnected',
  /** Of reconcile: what is unfinished or unequal, and what of it stays over several runs. */
  findings: 'Findings',
  findingsStanding: 'FindingsStanding',
  /** Of reconcile: buyers who can soon buy nothing more. */
  walletsLow: 'WalletsLow',
  /** Of the facilitator: how many more transactions like the last one its gas pays for. */
  gasLeft: 'GasLeft',
} as const;
