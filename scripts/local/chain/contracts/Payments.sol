// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Terms of one escrowed payment. Field order and types are the public ABI of commerce-payments: the hash depends on them.
struct PaymentInfo {
    address operator;
    address payer;
    address receiver;
    address token;
    uint120 maxAmount;
    uint48 preApprovalExpiry;
    uint48 authorizationExpiry;
    uint48 refundExpiry;
    uint16 minFeeBps;
    uint16 maxFeeBps;
    address feeReceiver;
    uint256 salt;
}

interface IToken {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}

/// Brings a payment's tokens to the escrow that asks for them.
interface ITokenCollector {
    function collectTokens(PaymentInfo calldata paymentInfo, address tokenStore, uint256 amount, bytes calldata data) external;
}

interface IEscrow {
    function authorize(PaymentInfo calldata paymentInfo, uint256 amount, address tokenCollector, bytes calldata data) external;
    function capture(PaymentInfo calldata paymentInfo, uint256 amount, uint16 feeBps, address feeReceiver) external;
    function void(PaymentInfo calldata paymentInfo) external;
    function getHash(PaymentInfo calldata paymentInfo) external view returns (bytes32);
    function paymentState(bytes32 paymentInfoHash)
        external
        view
        returns (bool hasCollectedPayment, uint120 capturableAmount, uint120 refundableAmount);
}
