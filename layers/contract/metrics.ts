/** CloudWatch namespace of every metric. */
export const NAMESPACE = 'EconomiaViva';

/** Metric names; zeros are emitted too, because a metric that disappears cannot alarm. */
export const METRICS = {
  beats: 'Beats',
  dealsSettled: 'DealsSettled',
  intentsFailed: 'IntentsFailed',
  /** Deals whose fee on the chain is not what the operator's rate makes of the bounty. */
  wrongFees: 'WrongFees',
  budgetRefusals: 'BudgetRefusals',
  piecesRead: 'PiecesRead',
  notMessages: 'NotMessages',
  messagesCollected: 'MessagesCollected',
  recordsQuarantined: 'RecordsQuarantined',
  ircLinesSent: 'IrcLinesSent',
  /** Of reconcile: what is unfinished or unequal, and what of it stays over several runs. */
  findings: 'Findings',
  findingsStanding: 'FindingsStanding',
} as const;
