import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// inbox-socket needs no configuration: no plugin, no exclusion, no asset rule.
// The proxy is for `npm run dev` only, where the page and Django use different ports. It keeps the Host
// header, which Django compares with the page's Origin.
const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  // The hooks for the comparison are part of the benchmark, outside this folder, where React can't be resolved.
  resolve: { dedupe: ["react"] },
  build: {
    rolldownOptions: {
      // The comparison is a separate page: the inbox loads no code of it.
      input: ["index.html", "compare/index.html", "compare/frame.html"],
    },
  },
  server: {
    fs: { allow: [".", "../../bench"] },
    // The same headers as Django's: see isolate_comparison in its settings.
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
    proxy: {
      "/api": { target: backend },
      "/ws": { target: backend, ws: true },
    },
  },
});
