import { parseAbi } from 'viem';

// spelled out in full, for viem reads types out of literals
const escrowItems = [
  'struct PaymentInfo { address operator; address payer; address receiver; address token; uint120 maxAmount; uint48 preApprovalExpiry; uint48 authorizationExpiry; uint48 refundExpiry; uint16 minFeeBps; uint16 maxFeeBps; address feeReceiver; uint256 salt; }',
  'function paymentState(bytes32 paymentInfoHash) view returns (bool hasCollectedPayment, uint120 capturableAmount, uint120 refundableAmount)',
  'function reclaim(PaymentInfo paymentInfo)',
  'function getHash(PaymentInfo paymentInfo) view returns (bytes32)',
  'event PaymentAuthorized(bytes32 indexed paymentInfoHash, PaymentInfo paymentInfo, uint256 amount, address tokenCollector)',
  'event PaymentCaptured(bytes32 indexed paymentInfoHash, uint256 amount, uint16 feeBps, address feeReceiver)',
  'event PaymentVoided(bytes32 indexed paymentInfoHash, uint256 amount)',
  'event PaymentReclaimed(bytes32 indexed paymentInfoHash, uint256 amount)',
  'error InvalidSender(address sender, address expected)',
  'error BeforeAuthorizationExpiry(uint48 timestamp, uint48 expiry)',
  'error ZeroAuthorization(bytes32 paymentInfoHash)',
] as const;

/** AuthCaptureEscrow (commerce-payments): what we read of it, and what a payer may do. */
export const escrowAbi = parseAbi(escrowItems);

/** PaymentOperator: what its facilitator calls, and the words with which it, the escrow and the token refuse. */
export const operatorAbi = parseAbi([
  'struct PaymentInfo { address operator; address payer; address receiver; address token; uint120 maxAmount; uint48 preApprovalExpiry; uint48 authorizationExpiry; uint48 refundExpiry; uint16 minFeeBps; uint16 maxFeeBps; address feeReceiver; uint256 salt; }',
  'function authorize(PaymentInfo paymentInfo, uint256 amount, address tokenCollector, bytes collectorData)',
  'function release(PaymentInfo paymentInfo, uint256 amount)',
  'function refundInEscrow(PaymentInfo paymentInfo, uint256 amount)',
  'error OnlyFacilitator()',
  'error AmountAboveCap(uint256 amount, uint256 cap)',
  'error MaxFeeBpsTooLow(uint16 maxFeeBps, uint16 feeBps)',
  'error InvalidSender(address sender, address expected)',
  'error ZeroAmount()',
  'error ExceedsMaxAmount(uint256 amount, uint256 maxAmount)',
  'error AfterPreApprovalExpiry(uint48 timestamp, uint48 expiry)',
  'error InvalidExpiries(uint48 preApproval, uint48 authorization, uint48 refund)',
  'error InvalidFeeBpsRange(uint16 minFeeBps, uint16 maxFeeBps)',
  'error PaymentAlreadyCollected(bytes32 paymentInfoHash)',
  'error AfterAuthorizationExpiry(uint48 timestamp, uint48 expiry)',
  'error InsufficientAuthorization(bytes32 paymentInfoHash, uint256 authorized, uint256 requested)',
  'error ZeroAuthorization(bytes32 paymentInfoHash)',
]);

/** USDC: the part of ERC-20 that we read. */
export const usdcAbi = parseAbi([
  'function balanceOf(address account) view returns (uint256)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]);
