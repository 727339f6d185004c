import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// inbox-socket needs nothing here: no plugin, no exclusion, no asset rule.
// The proxy serves only `npm run dev`, where the page and Django are on two ports. It leaves the Host
// header alone: Django compares that with the Origin of the page.
const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  // The hooks to compare with are the benchmark's own: outside of this folder, where no React is found.
  resolve: { dedupe: ["react"] },
  build: {
    rolldownOptions: {
      // The comparison is a page of its own: the inbox loads none of it.
      input: ["index.html", "compare/index.html", "compare/frame.html"],
    },
  },
  server: {
    fs: { allow: [".", "../../tests/bench"] },
    // As Django does it: see isolate_comparison in its settings.
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
