import type { House, Properties, Resource } from './support.ts';

/** What a reviewer wants to see of a stage in a diff: a line for each thing that costs, runs or rings, and counts of all the rest. */
export function digestOf(house: House): string {
  const sections: readonly [string, readonly string[]][] = [
    ['resources', counted(house.all)],
    ['functions: MB, seconds', house.of('AWS::Lambda::Function').map(functionLine)],
    ['schedules', house.of('AWS::Scheduler::Schedule').map(scheduleLine)],
    ['queues: hidden for seconds, deliveries', house.of('AWS::SQS::Queue').map(queueLine)],
    ['alarms: when they ring, runbook', house.of('AWS::CloudWatch::Alarm').map(alarmLine)],
    ['logs: kept for days', house.of('AWS::Logs::LogGroup').map(logLine)],
    ['stateful: when the stack goes', house.all.flatMap(keptLine)],
    ['tasks', house.of('AWS::ECS::TaskDefinition').map(taskLine)],
  ];
  return sections
    .map(([title, lines]) => `# ${title}\n${lines.toSorted().join('\n')}\n`)
    .join('\n');
}

function counted(all: readonly Resource[]): readonly string[] {
  return [...Map.groupBy(all, ({ Type }) => Type)].map(([type, some]) => `${type} ${some.length}`);
}

function functionLine({ Properties }: Resource): string {
  const { FunctionName, MemorySize, Timeout } = Properties;
  return `${shown(FunctionName)} ${shown(MemorySize)} ${shown(Timeout)}`;
}

function scheduleLine({ logicalId, Properties }: Resource): string {
  const { Mode } = Properties['FlexibleTimeWindow'] as Properties;
  return `${nameIn(logicalId)} ${shown(Properties['ScheduleExpression'])} window ${shown(Mode)}`;
}

function queueLine({ logicalId, Properties }: Resource): string {
  const { maxReceiveCount = 'dead letters' } = (Properties['RedrivePolicy'] ?? {}) as Properties;
  const hidden = Properties['VisibilityTimeout'] ?? 30;
  return `${nameIn(logicalId)} ${shown(hidden)} ${shown(maxReceiveCount)}`;
}

const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
};

function alarmLine({ logicalId, Properties }: Resource): string {
  const { MetricName, ComparisonOperator, Threshold, EvaluationPeriods, Period } = Properties;
  const what = MetricName ?? 'an expression';
  const sign = SIGNS[shown(ComparisonOperator)] ?? shown(ComparisonOperator);
  const silence = Properties['TreatMissingData'] === 'breaching' ? ', silence rings' : '';
  const runbook = shown(Properties['AlarmDescription']).split('#').at(-1) ?? '';
  const periods = `${shown(EvaluationPeriods)} x ${shown(Period ?? 'its')} s`;
  return `${nameIn(logicalId)}: ${shown(what)} ${sign} ${shown(Threshold)} in ${periods}${silence} (${runbook})`;
}

function logLine({ logicalId, Properties }: Resource): string {
  return `${shown(Properties['LogGroupName'] ?? nameIn(logicalId))} ${shown(Properties['RetentionInDays'])}`;
}

function keptLine({ logicalId, Type, DeletionPolicy }: Resource): readonly string[] {
  const isStateful = /^AWS::(DynamoDB::Table|S3::Bucket|SecretsManager::Secret|KMS::Key)$/.test(
    Type,
  );
  return isStateful ? [`${Type} ${nameIn(logicalId)} ${shown(DeletionPolicy)}`] : [];
}

function taskLine({ logicalId, Properties }: Resource): string {
  return `${nameIn(logicalId)} cpu ${shown(Properties['Cpu'])} memory ${shown(Properties['Memory'])}`;
}

/** Without the hash that the construct library puts behind it. */
function nameIn(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
