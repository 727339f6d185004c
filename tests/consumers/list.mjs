// The consumers of the package and their modes. Each has a folder; `app` is the application that most of them build,
// and `page` provides a page for tools that don't write one.

import { block } from "../docs/blocks.mjs";
import { builds, check, passes, proxies, serves } from "./modes.mjs";

/**
 * @typedef {object} Consumer
 * @property {string} title with VERSION in the place of the tool's version
 * @property {string} folder
 * @property {string} [tool] the package with that version
 * @property {string} [like] another folder whose files it also contains
 * @property {string[]} [copies] the names under which the package is installed
 * @property {Record<string, import("./modes.mjs").Mode>} modes
 */

const REACT = {
  dev: serves((port) => ["vite", "--port", port, "--host", "127.0.0.1"]),
  build: builds(["vite", "build"]),
};

const VUE = { ...REACT, "on a server": passes(["node", "check.mjs"]) };

/** Returns the files that the documentation shows. @param {number} port */
const nextFiles = (port) => ({
  "next.config.mjs": block("docs/frameworks.md", "next/next.config.mjs").text.replaceAll(":8000/", `:${port}/`),
  "app/quick-start/Conversation.jsx": `"use client";\n\n${block("docs/quick-start.md", "Conversation.jsx").text}`,
  "app/quick-start/page.jsx": block("docs/quick-start.md", "App.jsx").text,
});

/** @type {Consumer[]} */
export const CONSUMERS = [
  { title: "Vite VERSION, React 19", folder: "vite", tool: "vite", modes: REACT },
  { title: "Vite VERSION, React 18.3", folder: "vite-react-18.3", like: "vite", tool: "vite", modes: REACT },
  { title: "Vite VERSION, React 18.0", folder: "vite-react-18.0", like: "vite", tool: "vite", modes: REACT },
  { title: "Vue VERSION", folder: "vue", tool: "vue", modes: VUE },
  { title: "Vue VERSION", folder: "vue-3.3", like: "vue", tool: "vue", modes: VUE },
  {
    title: "Next.js VERSION",
    folder: "next",
    tool: "next",
    modes: {
      "dev, turbopack": serves((port) => ["next", "dev", "-p", port], { rendered: true }),
      "build and start, turbopack": builds(["next", "build"], {
        server: (port) => ["next", "start", "-p", port],
        rendered: true,
      }),
      "build and start, rewrites": proxies(["next", "build"], {
        server: (port) => ["next", "start", "-p", port],
        files: nextFiles,
      }),
      "dev, webpack": serves((port) => ["next", "dev", "--webpack", "-p", port], { rendered: true }),
      "build and start, webpack": builds(["next", "build", "--webpack"], {
        server: (port) => ["next", "start", "-p", port],
        rendered: true,
      }),
    },
  },
  {
    title: "webpack VERSION",
    folder: "webpack",
    like: "page",
    tool: "webpack",
    modes: {
      dev: serves((port) => ["webpack", "serve", "--mode", "development", "--port", port]),
      build: builds(["webpack", "--mode", "production"]),
    },
  },
  {
    title: "Rsbuild VERSION (Rspack)",
    folder: "rsbuild",
    tool: "@rsbuild/core",
    modes: { dev: serves((port) => ["rsbuild", "dev", "--port", port]), build: builds(["rsbuild", "build"]) },
  },
  {
    title: "Parcel VERSION",
    folder: "parcel",
    tool: "parcel",
    modes: {
      dev: serves((port) => ["parcel", "serve", "index.html", "--port", port]),
      // Its bundle caches the result of each import(), failures included.
      build: builds(["parcel", "build", "index.html"], { losesCore: false }),
    },
  },
  { title: "Rollup VERSION", folder: "rollup", tool: "rollup", modes: { build: builds(["rollup", "--config"]) } },
  {
    title: "esbuild VERSION",
    folder: "esbuild",
    like: "page",
    tool: "esbuild",
    modes: {
      dev: serves((port) => [
        "esbuild",
        "src/index.js",
        "--bundle",
        "--outdir=public",
        "--entry-names=main",
        "--watch=forever",
        "--servedir=public",
        `--serve=${port}`,
      ]),
      "build, split": builds([
        "esbuild",
        "src/index.js",
        "--bundle",
        "--minify",
        "--format=esm",
        "--splitting",
        "--outdir=dist",
        "--entry-names=main",
      ]),
      "build, one file": builds(["esbuild", "src/index.js", "--bundle", "--minify", "--outfile=dist/main.js"], {
        losesCore: false,
      }),
    },
  },
  { title: "no bundler, import map", folder: "no-bundler", modes: { "as is": builds(null, { site: "." }) } },
  {
    title: "two copies in one page",
    folder: "two-copies",
    copies: ["inbox-socket", "inbox-socket-again"],
    modes: {
      "one connection": builds(["esbuild", "src/index.js", "--bundle", "--minify", "--outfile=dist/main.js"], {
        losesCore: false,
        bundle: check("contain the package twice", (text) => text.split('Symbol.for("inbox-socket.0")').length === 3),
      }),
    },
  },
  {
    title: "Vitest VERSION, jsdom",
    folder: "vitest",
    tool: "vitest",
    modes: { "the hook and a fake server": passes(["vitest", "run", "--environment", "jsdom", "--globals"]) },
  },
  {
    title: "Jest VERSION, jsdom",
    folder: "jest",
    tool: "jest",
    modes: { "the hook and a fake server": passes(["jest", "--env", "jsdom"]) },
  },
  {
    title: "Node.js alone",
    folder: "node",
    modes: { import: passes(["node", "check.mjs"]), require: passes(["node", "check.cjs"]) },
  },
];
