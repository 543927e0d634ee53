import * as z from 'zod';
import { Hex } from '#contract/ids.ts';
import escrow from './artefacts/AuthCaptureEscrow.json' with { type: 'json' };
import identity from './artefacts/IdentityRegistry.json' with { type: 'json' };
import operator from './artefacts/PaymentOperator.json' with { type: 'json' };
import reputation from './artefacts/ReputationRegistry.json' with { type: 'json' };
import usdc from './artefacts/TestUSDC.json' with { type: 'json' };
import collector from './artefacts/TokenCollector.json' with { type: 'json' };

const Code = z.object({ bytecode: Hex, runtime: Hex });

export const TEST_USDC = Code.parse(usdc);
export const ESCROW = Code.parse(escrow);
export const COLLECTOR = Code.parse(collector);
export const OPERATOR = Code.parse(operator);
export const IDENTITY = Code.parse(identity);
export const REPUTATION = Code.parse(reputation);
