// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IReceiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data) external returns (bytes4);
}

/// ERC-8004 identity: an ERC-721 whose tokens are agents and whose URIs are their cards. No constructor runs, so that its code may be put
/// at any address. Left out of the real ABI: setAgentWallet and unsetAgentWallet; an agent's wallet is its owner.
contract IdentityRegistry {
    struct MetadataEntry {
        string metadataKey;
        bytes metadataValue;
    }

    string public constant name = "AgentIdentity";
    string public constant symbol = "AGENT";

    uint256 private count;
    mapping(uint256 agentId => address) private owners;
    mapping(uint256 agentId => string) private uris;
    mapping(uint256 agentId => address) private approvals;
    mapping(uint256 agentId => mapping(string key => bytes)) private metadata;
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address operator => bool)) public isApprovedForAll;

    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);
    event MetadataSet(uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue);
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    error ERC721NonexistentToken(uint256 tokenId);
    error ERC721InsufficientApproval(address operator, uint256 tokenId);
    error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner);
    error ERC721InvalidReceiver(address receiver);

    modifier authorized(uint256 agentId) {
        require(isAuthorizedOrOwner(msg.sender, agentId), ERC721InsufficientApproval(msg.sender, agentId));
        _;
    }

    function register() external returns (uint256) {
        return _register("");
    }

    function register(string memory agentURI) external returns (uint256) {
        return _register(agentURI);
    }

    function register(string memory agentURI, MetadataEntry[] memory entries) external returns (uint256 agentId) {
        agentId = _register(agentURI);
        for (uint256 i; i < entries.length; i++) {
            _setMetadata(agentId, entries[i].metadataKey, entries[i].metadataValue);
        }
    }

    function setAgentURI(uint256 agentId, string calldata newURI) external authorized(agentId) {
        uris[agentId] = newURI;
        emit URIUpdated(agentId, newURI, msg.sender);
    }

    function setMetadata(uint256 agentId, string memory key, bytes memory value) external authorized(agentId) {
        _setMetadata(agentId, key, value);
    }

    function getMetadata(uint256 agentId, string memory key) external view returns (bytes memory) {
        return metadata[agentId][key];
    }

    function getAgentWallet(uint256 agentId) external view returns (address) {
        return ownerOf(agentId);
    }

    function isAuthorizedOrOwner(address spender, uint256 agentId) public view returns (bool) {
        address owner = ownerOf(agentId);
        return spender == owner || isApprovedForAll[owner][spender] || approvals[agentId] == spender;
    }

    function ownerOf(uint256 agentId) public view returns (address owner) {
        owner = owners[agentId];
        require(owner != address(0), ERC721NonexistentToken(agentId));
    }

    function tokenURI(uint256 agentId) external view returns (string memory) {
        ownerOf(agentId);
        return uris[agentId];
    }

    function getApproved(uint256 agentId) external view returns (address) {
        ownerOf(agentId);
        return approvals[agentId];
    }

    function approve(address to, uint256 agentId) external {
        address owner = ownerOf(agentId);
        require(msg.sender == owner || isApprovedForAll[owner][msg.sender], ERC721InsufficientApproval(msg.sender, agentId));
        approvals[agentId] = to;
        emit Approval(owner, to, agentId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function transferFrom(address from, address to, uint256 agentId) public authorized(agentId) {
        require(ownerOf(agentId) == from, ERC721IncorrectOwner(from, agentId, ownerOf(agentId)));
        require(to != address(0), ERC721InvalidReceiver(to));
        delete approvals[agentId];
        balanceOf[from] -= 1;
        balanceOf[to] += 1;
        owners[agentId] = to;
        emit Transfer(from, to, agentId);
    }

    function safeTransferFrom(address from, address to, uint256 agentId) external {
        safeTransferFrom(from, to, agentId, "");
    }

    function safeTransferFrom(address from, address to, uint256 agentId, bytes memory data) public {
        transferFrom(from, to, agentId);
        if (to.code.length == 0) return;
        bytes4 answer = IReceiver(to).onERC721Received(msg.sender, from, agentId, data);
        require(answer == IReceiver.onERC721Received.selector, ERC721InvalidReceiver(to));
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd || id == 0x5b5e139f;
    }

    function _register(string memory agentURI) private returns (uint256 agentId) {
        agentId = count++;
        owners[agentId] = msg.sender;
        uris[agentId] = agentURI;
        balanceOf[msg.sender] += 1;
        emit Transfer(address(0), msg.sender, agentId);
        emit Registered(agentId, agentURI, msg.sender);
    }

    function _setMetadata(uint256 agentId, string memory key, bytes memory value) private {
        metadata[agentId][key] = value;
        emit MetadataSet(agentId, key, key, value);
    }
}
