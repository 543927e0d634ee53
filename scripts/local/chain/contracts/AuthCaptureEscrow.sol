// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IToken, ITokenCollector, PaymentInfo} from "./Payments.sol";

/// Holds a payer's tokens from `authorize` until the operator captures or voids them, or the payer reclaims them.
/// Our own, with the ABI of commerce-payments; it holds the tokens itself and has no `charge`.
contract AuthCaptureEscrow {
    struct PaymentState {
        bool hasCollectedPayment;
        uint120 capturableAmount;
        uint120 refundableAmount;
    }

    bytes32 public constant PAYMENT_INFO_TYPEHASH = keccak256(
        "PaymentInfo(address operator,address payer,address receiver,address token,uint120 maxAmount,uint48 preApprovalExpiry,uint48 authorizationExpiry,uint48 refundExpiry,uint16 minFeeBps,uint16 maxFeeBps,address feeReceiver,uint256 salt)"
    );
    uint16 private constant MAX_BPS = 10_000;

    mapping(bytes32 paymentInfoHash => PaymentState) public paymentState;
    bool private busy;

    event PaymentAuthorized(bytes32 indexed paymentInfoHash, PaymentInfo paymentInfo, uint256 amount, address tokenCollector);
    event PaymentCaptured(bytes32 indexed paymentInfoHash, uint256 amount, uint16 feeBps, address feeReceiver);
    event PaymentVoided(bytes32 indexed paymentInfoHash, uint256 amount);
    event PaymentReclaimed(bytes32 indexed paymentInfoHash, uint256 amount);
    event PaymentRefunded(bytes32 indexed paymentInfoHash, uint256 amount, address tokenCollector);

    error InvalidSender(address sender, address expected);
    error ZeroAmount();
    error AmountOverflow(uint256 amount, uint256 limit);
    error ExceedsMaxAmount(uint256 amount, uint256 maxAmount);
    error AfterPreApprovalExpiry(uint48 timestamp, uint48 expiry);
    error InvalidExpiries(uint48 preApproval, uint48 authorization, uint48 refund);
    error InvalidFeeBpsRange(uint16 minFeeBps, uint16 maxFeeBps);
    error FeeBpsOutOfRange(uint16 feeBps, uint16 minFeeBps, uint16 maxFeeBps);
    error InvalidFeeReceiver(address attempted, address expected);
    error PaymentAlreadyCollected(bytes32 paymentInfoHash);
    error TokenCollectionFailed();
    error TokenTransferFailed();
    error AfterAuthorizationExpiry(uint48 timestamp, uint48 expiry);
    error BeforeAuthorizationExpiry(uint48 timestamp, uint48 expiry);
    error AfterRefundExpiry(uint48 timestamp, uint48 expiry);
    error InsufficientAuthorization(bytes32 paymentInfoHash, uint256 authorized, uint256 requested);
    error ZeroAuthorization(bytes32 paymentInfoHash);
    error RefundExceedsCapture(uint256 refund, uint256 captured);
    error Reentrancy();

    modifier only(address expected) {
        require(msg.sender == expected, InvalidSender(msg.sender, expected));
        require(!busy, Reentrancy());
        busy = true;
        _;
        busy = false;
    }

    /// Locks `amount` of the payer's tokens, once per PaymentInfo.
    function authorize(PaymentInfo calldata paymentInfo, uint256 amount, address tokenCollector, bytes calldata collectorData)
        external
        only(paymentInfo.operator)
    {
        _checkTerms(paymentInfo, amount);
        bytes32 paymentInfoHash = getHash(paymentInfo);
        require(!paymentState[paymentInfoHash].hasCollectedPayment, PaymentAlreadyCollected(paymentInfoHash));
        paymentState[paymentInfoHash] =
            PaymentState({hasCollectedPayment: true, capturableAmount: uint120(amount), refundableAmount: 0});
        emit PaymentAuthorized(paymentInfoHash, paymentInfo, amount, tokenCollector);
        _collect(paymentInfo, amount, tokenCollector, collectorData);
    }

    /// Pays out `amount` of what is locked: the fee to `feeReceiver`, the rest to the receiver.
    function capture(PaymentInfo calldata paymentInfo, uint256 amount, uint16 feeBps, address feeReceiver)
        external
        only(paymentInfo.operator)
    {
        require(amount != 0, ZeroAmount());
        require(
            block.timestamp < paymentInfo.authorizationExpiry,
            AfterAuthorizationExpiry(uint48(block.timestamp), paymentInfo.authorizationExpiry)
        );
        require(
            feeBps >= paymentInfo.minFeeBps && feeBps <= paymentInfo.maxFeeBps,
            FeeBpsOutOfRange(feeBps, paymentInfo.minFeeBps, paymentInfo.maxFeeBps)
        );
        require(
            paymentInfo.feeReceiver == address(0) || paymentInfo.feeReceiver == feeReceiver,
            InvalidFeeReceiver(feeReceiver, paymentInfo.feeReceiver)
        );
        bytes32 paymentInfoHash = getHash(paymentInfo);
        PaymentState storage state = paymentState[paymentInfoHash];
        require(amount <= state.capturableAmount, InsufficientAuthorization(paymentInfoHash, state.capturableAmount, amount));
        state.capturableAmount -= uint120(amount);
        state.refundableAmount += uint120(amount);
        emit PaymentCaptured(paymentInfoHash, amount, feeBps, feeReceiver);

        uint256 fee = amount * feeBps / MAX_BPS;
        _pay(paymentInfo.token, feeReceiver, fee);
        _pay(paymentInfo.token, paymentInfo.receiver, amount - fee);
    }

    /// Gives all that is still locked back to the payer.
    function void(PaymentInfo calldata paymentInfo) external only(paymentInfo.operator) {
        (bytes32 paymentInfoHash, uint256 amount) = _release(paymentInfo);
        emit PaymentVoided(paymentInfoHash, amount);
        _pay(paymentInfo.token, paymentInfo.payer, amount);
    }

    /// The payer takes back what nobody captured in time.
    function reclaim(PaymentInfo calldata paymentInfo) external only(paymentInfo.payer) {
        require(
            block.timestamp >= paymentInfo.authorizationExpiry,
            BeforeAuthorizationExpiry(uint48(block.timestamp), paymentInfo.authorizationExpiry)
        );
        (bytes32 paymentInfoHash, uint256 amount) = _release(paymentInfo);
        emit PaymentReclaimed(paymentInfoHash, amount);
        _pay(paymentInfo.token, paymentInfo.payer, amount);
    }

    /// Gives captured money back, out of tokens that the collector brings.
    function refund(PaymentInfo calldata paymentInfo, uint256 amount, address tokenCollector, bytes calldata collectorData)
        external
        only(paymentInfo.operator)
    {
        require(amount != 0, ZeroAmount());
        require(
            block.timestamp < paymentInfo.refundExpiry,
            AfterRefundExpiry(uint48(block.timestamp), paymentInfo.refundExpiry)
        );
        bytes32 paymentInfoHash = getHash(paymentInfo);
        PaymentState storage state = paymentState[paymentInfoHash];
        require(amount <= state.refundableAmount, RefundExceedsCapture(amount, state.refundableAmount));
        state.refundableAmount -= uint120(amount);
        emit PaymentRefunded(paymentInfoHash, amount, tokenCollector);
        _collect(paymentInfo, amount, tokenCollector, collectorData);
        _pay(paymentInfo.token, paymentInfo.payer, amount);
    }

    function getHash(PaymentInfo calldata paymentInfo) public view returns (bytes32) {
        return keccak256(
            abi.encode(block.chainid, address(this), keccak256(abi.encode(PAYMENT_INFO_TYPEHASH, paymentInfo)))
        );
    }

    function _checkTerms(PaymentInfo calldata paymentInfo, uint256 amount) private view {
        require(amount != 0, ZeroAmount());
        require(amount <= type(uint120).max, AmountOverflow(amount, type(uint120).max));
        require(amount <= paymentInfo.maxAmount, ExceedsMaxAmount(amount, paymentInfo.maxAmount));
        require(
            block.timestamp < paymentInfo.preApprovalExpiry,
            AfterPreApprovalExpiry(uint48(block.timestamp), paymentInfo.preApprovalExpiry)
        );
        require(
            paymentInfo.preApprovalExpiry <= paymentInfo.authorizationExpiry
                && paymentInfo.authorizationExpiry <= paymentInfo.refundExpiry,
            InvalidExpiries(paymentInfo.preApprovalExpiry, paymentInfo.authorizationExpiry, paymentInfo.refundExpiry)
        );
        require(
            paymentInfo.minFeeBps <= paymentInfo.maxFeeBps && paymentInfo.maxFeeBps <= MAX_BPS,
            InvalidFeeBpsRange(paymentInfo.minFeeBps, paymentInfo.maxFeeBps)
        );
    }

    function _release(PaymentInfo calldata paymentInfo) private returns (bytes32 paymentInfoHash, uint256 amount) {
        paymentInfoHash = getHash(paymentInfo);
        amount = paymentState[paymentInfoHash].capturableAmount;
        require(amount != 0, ZeroAuthorization(paymentInfoHash));
        paymentState[paymentInfoHash].capturableAmount = 0;
    }

    function _collect(PaymentInfo calldata paymentInfo, uint256 amount, address tokenCollector, bytes calldata data) private {
        uint256 before = IToken(paymentInfo.token).balanceOf(address(this));
        ITokenCollector(tokenCollector).collectTokens(paymentInfo, address(this), amount, data);
        require(IToken(paymentInfo.token).balanceOf(address(this)) == before + amount, TokenCollectionFailed());
    }

    function _pay(address token, address to, uint256 amount) private {
        if (amount != 0) require(IToken(token).transfer(to, amount), TokenTransferFailed());
    }
}
