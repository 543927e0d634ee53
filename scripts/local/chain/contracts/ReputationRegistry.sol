// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IIdentity {
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);
}

/// ERC-8004 reputation: feedback of clients on the agents of one identity registry.
/// Left out of the real ABI: appendResponse and readAllFeedback.
contract ReputationRegistry {
    struct Feedback {
        int128 value;
        uint8 valueDecimals;
        bool isRevoked;
        string tag1;
        string tag2;
    }

    IIdentity private immutable IDENTITY;
    uint8 private constant MAX_DECIMALS = 18;

    mapping(uint256 agentId => mapping(address client => Feedback[])) private given;
    mapping(uint256 agentId => address[]) private clientsOf;

    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event FeedbackRevoked(uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex);

    error SelfFeedback(uint256 agentId, address client);
    error TooManyDecimals(uint8 valueDecimals);
    error NoClients();
    error NoSuchFeedback(uint64 feedbackIndex);

    constructor(IIdentity identity) {
        IDENTITY = identity;
    }

    function getIdentityRegistry() external view returns (address) {
        return address(IDENTITY);
    }

    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string memory tag1,
        string memory tag2,
        string memory endpoint,
        string memory feedbackURI,
        bytes32 feedbackHash
    ) external {
        emit NewFeedback(
            agentId,
            msg.sender,
            _record(agentId, Feedback(value, valueDecimals, false, tag1, tag2)),
            value,
            valueDecimals,
            tag1,
            tag1,
            tag2,
            endpoint,
            feedbackURI,
            feedbackHash
        );
    }

    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external {
        _at(agentId, msg.sender, feedbackIndex).isRevoked = true;
        emit FeedbackRevoked(agentId, msg.sender, feedbackIndex);
    }

    /// Mean of what these clients said and did not take back, with 18 decimals at most; an empty tag matches all.
    function getSummary(uint256 agentId, address[] calldata clients, string calldata tag1, string calldata tag2)
        external
        view
        returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals)
    {
        require(clients.length != 0, NoClients());
        int256 sum;
        for (uint256 i; i < clients.length; i++) {
            Feedback[] storage list = given[agentId][clients[i]];
            for (uint256 j; j < list.length; j++) {
                Feedback storage one = list[j];
                if (one.isRevoked || !_fits(tag1, one.tag1) || !_fits(tag2, one.tag2)) continue;
                sum += int256(one.value) * int256(10 ** (MAX_DECIMALS - one.valueDecimals));
                count++;
                if (one.valueDecimals > summaryValueDecimals) summaryValueDecimals = one.valueDecimals;
            }
        }
        if (count == 0) return (0, 0, 0);
        summaryValue = int128(sum / int256(uint256(count)) / int256(10 ** (MAX_DECIMALS - summaryValueDecimals)));
    }

    function readFeedback(uint256 agentId, address client, uint64 feedbackIndex)
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked)
    {
        Feedback storage one = _at(agentId, client, feedbackIndex);
        return (one.value, one.valueDecimals, one.tag1, one.tag2, one.isRevoked);
    }

    function getClients(uint256 agentId) external view returns (address[] memory) {
        return clientsOf[agentId];
    }

    function getLastIndex(uint256 agentId, address client) external view returns (uint64) {
        return uint64(given[agentId][client].length);
    }

    function _record(uint256 agentId, Feedback memory feedback) private returns (uint64) {
        require(feedback.valueDecimals <= MAX_DECIMALS, TooManyDecimals(feedback.valueDecimals));
        require(!IDENTITY.isAuthorizedOrOwner(msg.sender, agentId), SelfFeedback(agentId, msg.sender));
        Feedback[] storage list = given[agentId][msg.sender];
        if (list.length == 0) clientsOf[agentId].push(msg.sender);
        list.push(feedback);
        return uint64(list.length);
    }

    function _at(uint256 agentId, address client, uint64 feedbackIndex) private view returns (Feedback storage) {
        Feedback[] storage list = given[agentId][client];
        require(feedbackIndex != 0 && feedbackIndex <= list.length, NoSuchFeedback(feedbackIndex));
        return list[feedbackIndex - 1];
    }

    function _fits(string calldata asked, string storage tag) private pure returns (bool) {
        return bytes(asked).length == 0 || keccak256(bytes(asked)) == keccak256(bytes(tag));
    }
}
