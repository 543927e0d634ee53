/** CloudWatch namespace of every metric. */
export const NAMESPACE = 'EconomiaViva';

/** Metric names; zeros are emitted too, because a metric that disappears cannot alarm. */
export const METRICS = {
  beats: 'Beats',
  dealsSettled: 'DealsSettled',
  intentsFailed: 'IntentsFailed',
  budgetRefusals: 'BudgetRefusals',
  piecesRead: 'PiecesRead',
  notMessages: 'NotMessages',
  messagesCollected: 'MessagesCollected',
  recordsQuarantined: 'RecordsQuarantined',
  ircLinesSent: 'IrcLinesSent',
} as const;
