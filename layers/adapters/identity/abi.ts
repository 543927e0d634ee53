import { parseAbi } from 'viem';

/** What we use of ERC-8004 identity. https://eips.ethereum.org/EIPS/eip-8004 */
export const identityAbi = parseAbi([
  'function register(string agentURI) returns (uint256 agentId)',
  'function transferFrom(address from, address to, uint256 agentId)',
  'function ownerOf(uint256 agentId) view returns (address)',
  'function balanceOf(address owner) view returns (uint256)',
  'function getAgentWallet(uint256 agentId) view returns (address)',
  'function tokenURI(uint256 agentId) view returns (string)',
  'event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)',
  'event Registered(uint256 indexed agentId, string agentURI, address indexed owner)',
]);

/** What we use of ERC-8004 reputation. */
export const reputationAbi = parseAbi([
  'function giveFeedback(uint256 agentId, int128 value, uint8 valueDecimals, string tag1, string tag2, string endpoint, string feedbackURI, bytes32 feedbackHash)',
  'function getSummary(uint256 agentId, address[] clientAddresses, string tag1, string tag2) view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals)',
  'event NewFeedback(uint256 indexed agentId, address indexed clientAddress, uint64 feedbackIndex, int128 value, uint8 valueDecimals, string indexed indexedTag1, string tag1, string tag2, string endpoint, string feedbackURI, bytes32 feedbackHash)',
  'error SelfFeedback(uint256 agentId, address client)',
  'error ERC721NonexistentToken(uint256 tokenId)',
]);
