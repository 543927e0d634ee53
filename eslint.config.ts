import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const zodImport = {
  selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
  message: "`import { z }` bundles all of zod (443 kB): write `import * as z from 'zod'`.",
};
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only wiring.ts (and scripts, tests) reads the environment.',
};
const clockAndDice = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The clock comes in as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'The clock comes in as an argument.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Dice come in as an argument.',
  },
];

export default defineConfig(
  { ignores: ['node_modules', 'dist', 'cdk.out', '.viva', 'coverage', '**/*.cjs', '**/*.mjs'] },
  {
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.infra.json'] } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_' },
      ],
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', zodImport, environment],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['layers/core/**'],
    rules: { 'no-restricted-syntax': ['error', zodImport, environment, ...clockAndDice] },
  },
  {
    files: ['functions/*/wiring.ts', 'bin/**', 'scripts/**', 'test/**'],
    rules: { 'no-restricted-syntax': ['error', zodImport] },
  },
  { files: ['scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/consistent-type-assertions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
