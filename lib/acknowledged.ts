import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type IApplyRule } from 'cdk-nag';

/** A finding of cdk-nag's AwsSolutions that stays, on the constructs whose path matches, and why. */
interface Acknowledged {
  readonly rule: string;
  readonly at: RegExp;
  /** Of a rule that tells several things of one construct, those meant. */
  readonly finding?: RegExp;
  readonly reason: string;
}

/** Everything that AwsSolutions finds and we leave as it is. A test holds that each entry is needed and that nothing else is found. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    rule: 'AwsSolutions-S1',
    at: /\/Data$/,
    reason:
      'Only roles of the stage reach the bucket, and buyers through the storefront, whose log says who fetched what; access logs would be a second store of their addresses.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    at: /\/Wallet-[^/]+$/,
    reason:
      'A wallet is its address: money, identity and reputation hang on it. `viva wallets rotate` moves them with a person watching; a timer cannot.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    at: /\/Relay\/Credentials$/,
    reason: 'Accounts of an IRC network that we do not run: their owner changes them there first.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    at: /\/Obeys\/Key$/,
    reason: 'The owner holds the other half: whoever changes it must change both at once.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    at: /\/(Heartbeat|Storefront|CollectLogs)\/Role$|\/Relay\/Task\/TaskRole$/,
    finding: /^Resource::.*\/kk-[a-z-]+\/[a-z]+\/(irc\/)?\*$/,
    reason:
      'Objects under prefixes of one agent: S3 knows no narrower resource for keys that are not known beforehand. test/infra/permissions tries every other prefix.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    at: /\/SchedulerRoleForTarget-[0-9a-f]+$/,
    finding: /^Resource::<[A-Za-z]+Function[0-9A-F]{8}\.Arn>:\*$/,
    reason: 'Versions and aliases of the one function that the schedule is for.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    at: /\/Relay\/Task\/ExecutionRole$/,
    finding: /^Resource::\*$/,
    reason: 'A login at the image registry names no resource; what it may pull is one repository.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    at: /\/Boundary\/Policy$/,
    finding: /./,
    reason:
      'A boundary grants nothing: its wildcards are the most that a mistake could reach, the stage itself.',
  },
  {
    rule: 'AwsSolutions-ECS2',
    at: /\/Relay\/Task$/,
    reason: 'Names of queues, tables and servers; the one secret is read by its name at start.',
  },
  {
    rule: 'AwsSolutions-ECS4',
    at: /\/Relay\/Cluster$/,
    reason:
      'One task: its own log line every half minute says more than Container Insights, whose metrics cost more than the task.',
  },
  {
    rule: 'AwsSolutions-VPC7',
    at: /\/Relay\/Vpc$/,
    reason:
      'One task that nobody can call and that calls IRC and AWS: the relay logs its connections, and flow logs would cost more than they tell.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    at: /Door\/Everything$/,
    reason:
      'Public on purpose: each room checks a signature (ERC-8128) or a payment (x402) by itself, which no authorizer of API Gateway knows; the throttle stands before it.',
  },
  {
    rule: 'AwsSolutions-SQS3',
    at: /\/LostBeats$/,
    reason:
      'It is a dead-letter queue: of schedules and asynchronous invocations, which the rule does not see.',
  },
];

/** AwsSolutions, but for what is acknowledged. */
export class HouseChecks extends AwsSolutionsChecks {
  protected override applyRule(params: IApplyRule): void {
    const { node, ruleSuffixOverride = params.rule.name } = params;
    const id = `${this.packName}-${ruleSuffixOverride}`;
    for (const { finding, reason } of ACKNOWLEDGED.filter((one) =>
      isAbout(one, id, node.node.path),
    )) {
      const found = finding === undefined ? [] : params.rule(node);
      const ids = Array.isArray(found)
        ? found.filter((each) => finding?.test(each) === true).map((each) => `${id}[${each}]`)
        : [];
      for (const each of finding === undefined ? [id] : ids)
        Validations.of(node).acknowledge({ id: each, reason });
    }
    super.applyRule(params);
  }
}

/** Whether an entry is about a rule on the construct at this path, or on one of its parents. */
export function isAbout({ rule, at }: Acknowledged, id: string, path: string): boolean {
  const parts = path.split('/');
  return rule === id && parts.some((_, index) => at.test(parts.slice(0, index + 1).join('/')));
}
