import type { Entries } from '../lexicon.ts';

/** Skills of writing programs. Notation: `Entries` in ../lexicon.ts. */
export const PYTHON: Entries = {
  python: ['python, python2, python3, pythonista(s), pythonic, py file(s), py script(s), ~py'],
  web: ['django, fastapi, pydantic, celery worker(s), flask, ~celery, ~twisted'],
  data: [
    'numpy, scipy, matplotlib, polars, dataframe(s), ~pandas, ~groupby, jupyter, ~notebook(s)',
    'scikit learn, sklearn',
  ],
  scraping: ['beautifulsoup, beautiful soup, scrapy, ~requests, ~scraper, ~scraping'],
  packaging: [
    'pip, pip3, virtualenv(s), venv, conda, miniconda, pypi, requirements.txt, ~poetry',
    'easy_install, pyproject',
  ],
  quality: ['pytest, mypy, ~type hints, ~decorator(s), ~decoradores, ~indentacion, ~indentation'],
  language: [
    'asyncio, gil, list comprehension(s), pep 8, f-string(s), __init__, duck typing, sqlalchemy, tkinter',
  ],
};

export const JAVASCRIPT: Entries = {
  javascript: ['javascript, js, ecmascript, es6, vanilla js'],
  typescript: ['typescript, ~ts'],
  react: [
    'a react, remix run, redux, zustand, reactjs, react.js, react native, nextjs, next.js, useeffect, usestate, jsx, tsx, react hook(s)',
    'react component(s), react app(s), componente(s) de react, en react, con react, ~react, ~hook(s)',
  ],
  node: ['nodejs, node.js, deno, express middleware, ~node, ~express, ~bun'],
  npm: ['npm, pnpm, npx, package.json, node_modules, ~yarn, ~monorepo'],
  vue: ['vue, vuejs, vue.js, nuxt'],
  angular: ['angular, angularjs'],
  svelte: ['svelte, sveltekit'],
  jquery: ['jquery, ~ajax'],
  tools: [
    'vite, vitest, webpack, esbuild, eslint, commonjs, esm, electron app, ~babel, ~jest, ~bundle',
  ],
  browser: ['web worker(s), the dom, localstorage, service worker(s), ~closures'],
  language: ['async await, ~promises, ~promesas'],
};

export const SOLIDITY: Entries = {
  solidity: ['solidity, vyper, yul, cryptozombies'],
  'smart contracts': [
    'smart contract(s), contrato(s) inteligente(s), proxy contract(s), mint contract, escrow contract, solidity contract, verifique el contrato, contract verified',
    'token contract, deploy contracts, desplegar contratos, ~contract(s), ~contrato(s), ~desplegar, ~desplegado(s)',
  ],
  security: [
    'audit report, audited contract(s), contract audit, auditar contratos, auditoria del contrato, fuzz test(s), invariant test(s)',
    'reentrancy, delegatecall, reentrancy guard, onlyowner, contract audit(s), ~modifier, ~require, ~invariants, ~fuzz, ~fuzzed, ~audit, ~auditing, ~auditamos',
  ],
  tools: [
    'in foundry, with foundry, en foundry, con foundry, foundry test(s), forge test(s), in remix, en remix, ethers.js',
    'hardhat, remix ide, openzeppelin, open zeppelin, slither, ~foundry, ~remix, ~forge',
  ],
  evm: [
    'gas optimization, optimizar gas, ~upgradeable, uups, proxy upgrade, ~abi, ~payable',
    'evm, msg.sender, storage slot(s), storage layout, gas golfing, ~bytecode, ~calldata, ~opcodes, ~mapping, ~struct, ~proxy, ~constructor, ~initialize',
  ],
  standards: ['erc20, erc-20, erc721, erc721a, erc-721, erc1155, erc-1155'],
};

export const AI: Entries = {
  ai: [
    'artificial intelligence, inteligencia artificial, la ia, una ia, con ia, de ia, usar ia, esa ia',
    'ia generativa, generative ai, an ai, the ai, with ai, using ai, my ai, ai model(s), ai tool(s)',
    'ai is, ai will, ai can, for ai, of ai, ai coding, ai music, ai image(s), ai video(s), ai powered, ai assistant(s)',
    'ia para, por ia, en ia, mi ia, tu ia, las ia, hecho con ia, ai company, ai lab(s), ai hype',
    'ai script(s), ai generated, ai art, about ai, ai/ml, ~ai, ~ia',
  ],
  'language models': [
    'llm, llms, large language model(s), modelo(s) de lenguaje, rag pipeline, un rag, the rag',
    'ventana de contexto, context length, context window, prompt engineering, system prompt, el prompt, ~prompt(s), ~rag, ~alucina, ~transformer(s)',
  ],
  products: [
    'chatgpt, gpt 3, gpt 4, gpt 5, gpt3, gpt4, custom gpt(s), openai, anthropic, claude, copilot, ollama',
    'deepseek, mistral, qwen, midjourney, dall-e, stable diffusion, con whisper, llama model(s), llama 2, llama 3, gemini, ~whisper',
  ],
  'machine learning': [
    'machine learning, deep learning, aprendizaje automatico, aprendizaje profundo, neural net(s)',
    'neural network(s), redes neuronales, red neuronal, overfitting, ~ml, ~classifier, ~clasificador',
    'validation loss, gradient descent, backpropagation, chatbot(s), reinforcement learning, rlhf, embeddings, vector database(s), hallucinates, hallucinating, natural language processing, quantized, ~inference, ~inferencia',
  ],
  models: [
    'pytorch, tensorflow, huggingface, hugging face, finetuning, fine tuning an, fine tune a, fine tuned a, ~fine tuned',
    'local model(s), model weights, trained a model, training run, training data, datos de entrenamiento, entrenando',
    'al modelo, entrene un modelo, entrenar un modelo, trains the model, train a model, serve the model',
    '~model(s), ~modelo(s), ~training, ~entrenar, ~entrenamiento, ~dataset(s), ~gpus, ~tokens',
  ],
  vision: [
    'computer vision, vision por computador, vision artificial, image recognition, speech to text, text to speech, reconocimiento de voz',
  ],
};

export const AGENTS: Entries = {
  agents: [
    'ai agent(s), agente(s) de ia, agentes ia, autonomous agent(s), agente(s) autonomo(s), agents, agentes',
    'multi agent, multiagente, agentic, my agent, tool agent(s), mi agente, tu agente, su agente',
    'el agente, cada agente, un agente, ~the agent, ~your agent, ~an agent, ~agent, ~agente, ~autonomous, ~autonomo',
  ],
  bots: [
    'swarm of agents, enjambre de, agent to agent, agent framework(s), economia de agentes, swarm of bots, bot autonomo, autonomous bot(s)',
  ],
  frameworks: ['crewai, crew ai, autogpt, auto gpt, langchain, langgraph'],
  protocols: ['mcp, mcp server(s), a2a, erc-8004, erc8004, tool calling, function calling'],
};
