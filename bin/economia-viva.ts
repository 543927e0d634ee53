import { App, Validations } from 'aws-cdk-lib';
import { HouseChecks } from '../lib/acknowledged.ts';
import { addStage } from '../lib/economia-viva.ts';
import { local, prod, sandbox } from '../lib/stages.ts';

const stages = { local, sandbox, prod };

// asset paths let the local cloud find each function's code; no resource of the CDK's own for its statistics
const app = new App({
  analyticsReporting: false,
  context: { 'aws:cdk:enable-asset-metadata': true },
});

const given: unknown = app.node.tryGetContext('stage') ?? 'local';
const stage = Object.values(stages).find(({ name }) => name === given);
if (stage === undefined) {
  const known = Object.keys(stages).join(', ');
  process.stderr.write(`No stage "${String(given)}": use -c stage=<one of ${known}>.\n`);
  process.exitCode = 1;
} else {
  addStage(app, stage);
  // by the rules that AWS's architects judge by, before anything is deployed
  if (stage !== local) Validations.of(app).addPlugins(new HouseChecks(app));
  app.synth();
}
