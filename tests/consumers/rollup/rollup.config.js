// Rollup needs these plugins for React.

import commonjs from "@rollup/plugin-commonjs";
import resolve from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";

const values = { "process.env.NODE_ENV": JSON.stringify("production") };

export default {
  input: "src/index.js",
  output: { dir: "dist", entryFileNames: "main.js" },
  plugins: [resolve({ browser: true }), commonjs(), replace({ preventAssignment: true, values })],
  // Rollup warns about the directive "use client" in React's modules.
  onwarn: (warning, warn) => void (warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning)),
};
