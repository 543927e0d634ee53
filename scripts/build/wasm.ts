import type { Plugin } from 'esbuild';

/** Puts the WebAssembly of `tiny-secp256k1`, a megabyte of tables, beside a bundle, and tells its loader where it is: in the bundle as base64 it would be read twice. */
export const wasmBeside: Plugin = {
  name: 'wasm-beside',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]tiny-secp256k1[\\/]lib[\\/]wasm_path\.js$/ }, () => ({
      contents: `import file from './secp256k1.wasm'; export const path = () => new URL(file, import.meta.url);`,
      loader: 'js',
    }));
  },
};
