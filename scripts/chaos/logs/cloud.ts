import { startCloud } from '../../local/cloud/cloud.ts';

/** The local cloud as a process of its own, which may be killed: `cloud.ts ASSEMBLY DIR PORT`. Its first line says where things are. */
const [assembly = '', dir = '', portBase = ''] = process.argv.slice(2);
const first = Number(portBase);
const cloud = await startCloud({
  assembly,
  dir,
  ports: { dynamodb: first, s3: first + 1, sqs: first + 2, secrets: first + 3, lambda: first + 4 },
  onLog: (name, line) => {
    console.error(`${name} ${line}`);
  },
});
console.log(
  JSON.stringify({ region: cloud.region, endpoints: cloud.endpoints, outputs: cloud.outputs }),
);
setInterval(() => {
  console.error(`peak ${JSON.stringify(cloud.peakMb())}`);
}, 2000).unref();
process.once('SIGTERM', () => {
  void cloud.stop().then(() => process.exit(0));
});
