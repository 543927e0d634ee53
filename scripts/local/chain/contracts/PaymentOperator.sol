// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEscrow, IToken, PaymentInfo} from "./Payments.sol";

/// The escrow's operator: its facilitator alone locks, releases and refunds, up to $100 a payment, for 13 % of it.
contract PaymentOperator {
    uint16 public constant FEE_BPS = 1300;
    uint256 public constant MAX_AMOUNT = 100_000_000;

    IEscrow public immutable escrow;
    address public immutable facilitator;

    event AuthorizationCreated(bytes32 indexed paymentInfoHash, address indexed payer, address indexed receiver, uint256 amount);
    event ReleaseExecuted(bytes32 indexed paymentInfoHash, address indexed payer, address indexed receiver, uint256 amount);
    event RefundInEscrowExecuted(bytes32 indexed paymentInfoHash, address indexed payer, address indexed receiver, uint256 amount);
    event FeesDistributed(address indexed token, uint256 amount);

    error OnlyFacilitator();
    error AmountAboveCap(uint256 amount, uint256 cap);
    error MaxFeeBpsTooLow(uint16 maxFeeBps, uint16 feeBps);
    error InvalidFeeReceiver(address feeReceiver);
    error NotTheWholeAmount(uint256 amount, uint256 locked);
    error TokenTransferFailed();

    modifier onlyFacilitator() {
        require(msg.sender == facilitator, OnlyFacilitator());
        _;
    }

    constructor(IEscrow escrow_, address facilitator_) {
        escrow = escrow_;
        facilitator = facilitator_;
    }

    function authorize(PaymentInfo calldata paymentInfo, uint256 amount, address tokenCollector, bytes calldata collectorData)
        external
        onlyFacilitator
    {
        require(amount <= MAX_AMOUNT, AmountAboveCap(amount, MAX_AMOUNT));
        require(paymentInfo.maxFeeBps >= FEE_BPS, MaxFeeBpsTooLow(paymentInfo.maxFeeBps, FEE_BPS));
        require(paymentInfo.feeReceiver == address(this), InvalidFeeReceiver(paymentInfo.feeReceiver));
        emit AuthorizationCreated(escrow.getHash(paymentInfo), paymentInfo.payer, paymentInfo.receiver, amount);
        escrow.authorize(paymentInfo, amount, tokenCollector, collectorData);
    }

    /// Pays the receiver, less the fee, which stays here.
    function release(PaymentInfo calldata paymentInfo, uint256 amount) external onlyFacilitator {
        emit ReleaseExecuted(escrow.getHash(paymentInfo), paymentInfo.payer, paymentInfo.receiver, amount);
        escrow.capture(paymentInfo, amount, FEE_BPS, address(this));
    }

    /// Gives a locked payment back whole.
    function refundInEscrow(PaymentInfo calldata paymentInfo, uint256 amount) external onlyFacilitator {
        bytes32 paymentInfoHash = escrow.getHash(paymentInfo);
        (, uint120 locked,) = escrow.paymentState(paymentInfoHash);
        require(amount == locked, NotTheWholeAmount(amount, locked));
        emit RefundInEscrowExecuted(paymentInfoHash, paymentInfo.payer, paymentInfo.receiver, amount);
        escrow.void(paymentInfo);
    }

    /// Sends the collected fees to the facilitator.
    function distributeFees(IToken token) external {
        uint256 amount = token.balanceOf(address(this));
        emit FeesDistributed(address(token), amount);
        require(token.transfer(facilitator, amount), TokenTransferFailed());
    }
}
