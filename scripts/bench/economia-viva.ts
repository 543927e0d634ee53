import { collectFolder } from '#adapters/logs/collect-folder.ts';

/** The benchmark's child process: collects one folder and prints what `viva logs collect --json` prints. */
const [folder = '', out = ''] = process.argv.slice(2);
console.log(JSON.stringify(await collectFolder(folder, out, 'UTC')));
