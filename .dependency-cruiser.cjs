/**
 * The walls: who may lean on whom (docs/decisions/008-cdk-app.md). Run by test/architecture, which also breaks each on purpose.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'contract-imports-zod-only',
      comment:
        'Names and shapes that both worlds speak stay light enough for any room and for the CDK app.',
      severity: 'error',
      from: { path: '^layers/contract/' },
      to: { pathNot: ['^layers/contract/', '^node_modules/zod/'] },
    },
    {
      name: 'core-is-pure',
      comment:
        'The economy knows no I/O, no clock and no AWS: a port in core/ports, an adapter for it elsewhere. tinyld is a pure function over its own tables.',
      severity: 'error',
      from: { path: '^layers/core/' },
      to: { pathNot: ['^layers/(contract|core)/', '^node_modules/(zod|tinyld)/'] },
    },
    {
      name: 'adapters-serve-ports',
      comment:
        'An adapter implements a port; it does not know rooms, the shell or what is deployed.',
      severity: 'error',
      from: { path: '^layers/adapters/' },
      to: { path: '^(layers/runtime|functions|lib|bin|scripts|test)/' },
    },
    {
      name: 'runtime-knows-no-domain',
      severity: 'error',
      from: { path: '^layers/runtime/' },
      to: { path: '^(layers/(core|adapters)|functions|lib|bin|scripts|test)/' },
    },
    {
      name: 'rooms-do-not-meet',
      comment: 'Rooms talk through queues, tables and events; what two share belongs in layers.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/', pathNot: '^functions/$1/' },
    },
    {
      name: 'rooms-compose-layers',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(lib|bin|scripts|test)/' },
    },
    {
      name: 'lib-imports-contract-only',
      comment: 'What is deployed refers to a room by its name.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(layers|functions|bin|scripts|test)/', pathNot: '^layers/contract/' },
    },
    {
      name: 'bin-imports-lib-only',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^(layers|functions|scripts|test)/' },
    },
    {
      name: 'nothing-imports-scripts-or-tests',
      severity: 'error',
      from: { pathNot: '^(scripts|test)/' },
      to: { path: '^(scripts|test)/' },
    },
    {
      name: 'bin-is-an-end',
      severity: 'error',
      from: { pathNot: '^bin/' },
      to: { path: '^bin/' },
    },
    {
      name: 'scripts-do-not-import-tests',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      // types may refer to each other: they are gone when it runs
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports and that imports nobody is no part of the house.',
      severity: 'error',
      from: { path: '^(layers|lib|functions)/', pathNot: '\\.d\\.ts$', orphan: true },
      to: {},
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      // aws-lambda is types alone: no module stands behind them
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
