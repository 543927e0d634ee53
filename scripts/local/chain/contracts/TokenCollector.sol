// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow, IToken, PaymentInfo} from "./Payments.sol";

/// Takes the payer's tokens by their EIP-3009 signature. Its nonce is the payment's hash without the payer, so that the
/// signature is good for these terms alone.
contract TokenCollector {
    IEscrow public immutable authCaptureEscrow;

    error OnlyAuthCaptureEscrow();
    error TokenTransferFailed();

    constructor(IEscrow escrow) {
        authCaptureEscrow = escrow;
    }

    /// The signature is over `maxAmount`; what exceeds `amount` goes back at once.
    function collectTokens(PaymentInfo calldata paymentInfo, address tokenStore, uint256 amount, bytes calldata signature)
        external
    {
        require(msg.sender == address(authCaptureEscrow), OnlyAuthCaptureEscrow());
        IToken token = IToken(paymentInfo.token);
        PaymentInfo memory anyone = paymentInfo;
        anyone.payer = address(0);
        token.receiveWithAuthorization(
            paymentInfo.payer,
            address(this),
            paymentInfo.maxAmount,
            0,
            paymentInfo.preApprovalExpiry,
            authCaptureEscrow.getHash(anyone),
            signature
        );
        require(token.transfer(tokenStore, amount), TokenTransferFailed());
        uint256 rest = paymentInfo.maxAmount - amount;
        if (rest != 0) require(token.transfer(paymentInfo.payer, rest), TokenTransferFailed());
    }
}
