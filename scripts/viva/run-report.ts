import type { RunReport } from '../local/economy/report.ts';
import { paint } from './output.ts';

/** Prints the report for people or for machines, and sets the exit code: 0 only when all of it holds. */
export function showReport(run: RunReport, isJson: boolean): void {
  process.exitCode = run.ok ? 0 : 1;
  if (isJson) {
    console.log(JSON.stringify(run));
    return;
  }
  console.log(
    paint(
      'bold',
      `\n${run.deals.length} deals in ${run.seconds} s, the first after ${run.firstDealSeconds} s`,
    ),
  );
  for (const deal of run.deals) {
    console.log(
      `  ${deal.product.padEnd(15)} ${deal.seller.padEnd(19)} -> ${deal.buyer.padEnd(19)} $${deal.bountyUsdc} (fee $${deal.feeUsdc}), ${deal.records} records`,
    );
  }
  for (const error of run.errors) console.log(paint('red', `  ${error}`));
  console.log(
    run.ok
      ? paint('green', 'Everything holds: paid once, delivered whole, ledger equals chain.')
      : paint('red', 'Not everything holds.'),
  );
}
