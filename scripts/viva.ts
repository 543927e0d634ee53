import { Command } from 'commander';
import { addUp } from './viva/up.ts';

const program = new Command('viva')
  .description(
    'The command line of Economía Viva: runs the economy on this machine and looks into it.',
  )
  .showHelpAfterError('(add --help to see what there is)');
addUp(program);
await program.parseAsync();
