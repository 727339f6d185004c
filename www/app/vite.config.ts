import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// inbox-socket needs nothing here: no plugin, no exclusion, no asset rule.
// The proxy serves only `npm run dev`, where the page and Django are on two ports. It leaves the Host
// header alone: Django compares that with the Origin of the page.
const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      "/api": { target: backend },
      "/ws": { target: backend, ws: true },
    },
  },
});
