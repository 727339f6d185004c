import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { PYTHON } from "../support/backend.mjs";
import { readOptions } from "../../pkg/conformance/options.js";
import { testFile } from "../support/bundle.mjs";
import { blocks, pages } from "./blocks.mjs";
import { FRAMEWORKS } from "./frameworks.mjs";
import { inWorkshop, WORKSHOP } from "./workshop.mjs";

const run = promisify(execFile);

/** @typedef {import("./blocks.mjs").Block} Block */

const PROJECTS = ["tsconfig.json", "tsconfig.js.json", "tsconfig.solid.json"];

/** The list of each project's files. @type {Promise<string[]> | undefined} */
let typeChecked;

/** The check for the blocks of each language. Blocks in other languages fail. @type {Record<string, Check>} */
const CHECKS = {
  ts: isTypeChecked,
  tsx: isTypeChecked,
  js: checkJavaScript,
  jsx: isTypeChecked,
  vue: isBuilt,
  svelte: isBuilt,
  html: isBuilt,
  json: checkJson,
  python: checkPython,
  sh: checkShell,
  text: checkText,
  nginx: checkNginx,
  http: checkHttp,
  rust: checkRust,
  sql: checkSql,
};

/** @typedef {(block: Block) => void | Promise<void>} Check */

describe("every code block", () => {
  for (const block of blocks) {
    it(`${block.page}:${block.line}, ${block.language}`, async () => {
      const check = CHECKS[block.language];
      assert.ok(check, `the language must be one of ${Object.keys(CHECKS).join(", ")}; got "${block.language}"`);
      await check(block);
    });
  }
});

describe("the types of all blocks", () => {
  for (const project of PROJECTS) it(`are correct in ${project}`, async () => void (await tsc("-p", project)));
});

describe("every link", () => {
  for (const [page, text] of pages) {
    it(`in ${page} has an existing target`, () => {
      const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      assert.deepEqual(
        links.filter((link) => !/^https?:/.test(link) && !leads(page, link)),
        [],
      );
    });
  }
});

/** Returns a page without its code blocks. @param {string} text */
function prose(text) {
  return text.replace(/^```[^]*?^```$/gm, "");
}

/** @param {string} page @param {string} link */
function leads(page, link) {
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(testFile(`../${target}`))) return false;
  if (anchor === undefined) return true;
  const headings = prose(pages.get(target) ?? "").matchAll(/^#+ (.*)$/gm);
  return [...headings].some(([, heading]) => anchorOf(heading) === anchor);
}

/** Returns the anchor that GitHub gives a heading. @param {string} heading */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Checks the syntax of programs for Node.js, which servers.test.mjs or quick-start.test.mjs runs. @type {Check} */
async function checkJavaScript(block) {
  if (!block.name?.endsWith(".mjs")) return isTypeChecked(block);
  await run(process.execPath, ["--check", inWorkshop(block.file)]);
}

/** Checks that a project includes the block; the tests above check the projects' types. @type {Check} */
async function isTypeChecked({ file }) {
  typeChecked ??= Promise.all(PROJECTS.map((project) => tsc("-p", project, "--listFilesOnly")));
  const files = (await typeChecked).join("").split("\n");
  assert.ok(files.includes(inWorkshop(file)), "a project of the workshop must include it");
}

/** @param {string[]} args */
async function tsc(...args) {
  const program = inWorkshop("node_modules", "typescript", "bin", "tsc");
  const running = run(process.execPath, [program, ...args], { cwd: WORKSHOP });
  return (await running.catch(({ stdout }) => assert.fail(stdout))).stdout;
}

/** @type {Check} */
function isBuilt({ page, name }) {
  const built = FRAMEWORKS.flatMap(({ block, provider }) => [block, provider]);
  assert.ok(page === "docs/frameworks.md" && built.includes(name), "a test must build it");
}

/** Checks that a frame is one of the examples that the client's and the server's tests use. @type {Check} */
function checkJson({ text }) {
  const { frames } = JSON.parse(readFileSync(testFile("wire/examples.json"), "utf8"));
  const frame = JSON.parse(text);
  const isThere = frames.some((example) => isSame(withoutDetail(example.frame), withoutDetail(frame)));
  assert.ok(isThere, "tests/wire/examples.json must contain it");
}

/** Servers may choose the text of an error. @param {{detail?: string}} frame */
function withoutDetail({ detail, ...frame }) {
  return frame;
}

function isSame(a, b) {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

/** @type {Check} */
async function checkPython({ file }) {
  const compile = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec', dont_inherit=True)";
  await run(PYTHON, ["-W", "error", "-c", compile, inWorkshop(file)]);
}

/** Commands of the documentation that its tests run in another way or replace. */
const APPLICATION = [
  "npm create --yes vite@latest chat -- --template react --no-interactive",
  "npx create-next-app@latest chat --yes",
  "cd chat",
  "npm run dev",
  "npx vitest run",
];

/** Splits a command as a shell does, with double quotes only. @param {string} command */
const argumentsOf = (command) => (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"));

/** Checks that the targets, packages and files that a command names exist. @type {Check} */
function checkShell({ page, text }) {
  const makefile = readFileSync(testFile("../Makefile"), "utf8");
  const installed = Object.keys(JSON.parse(readFileSync(inWorkshop("package.json"), "utf8")).dependencies);
  const required = ["", "-dev"].map((kind) => readFileSync(testFile(`../www/backend/requirements${kind}.txt`), "utf8"));
  const isOfPage = (name) => blocks.some((block) => block.page === page && block.name === name);
  for (const command of text
    .trim()
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/\s+(#.*|&)$/, ""))) {
    const [program, ...args] = command.split(/\s+/);
    const named = args.filter((arg) => !arg.startsWith("-"));
    if (command.startsWith("npx inbox-socket conformance ")) readOptions(argumentsOf(command).slice(3));
    else if (program === "make")
      assert.ok(makefile.includes(`\n${named[0]}:`), `the Makefile must contain ${named[0]}`);
    else if (command.startsWith("npm install ")) {
      const isTried = (name) => name === "inbox-socket" || installed.includes(name);
      assert.deepEqual(
        named.slice(1).filter((name) => !isTried(name)),
        [],
      );
    } else if (command.startsWith("pip install ")) {
      for (const name of named.slice(1)) assert.match(required.join("\n"), new RegExp(`^${name}\\b`, "m"));
    } else if (program === "node") assert.ok(isOfPage(named[0]), `a block must be named ${named[0]}`);
    else if (program === "uvicorn") assert.ok(isOfPage(named[0].replace(/:.*/, ".py")), `no block for ${named[0]}`);
    else assert.ok(APPLICATION.includes(command), `a test must run ${command}`);
  }
}

/** Checks that each line is an arrow and a frame, possibly abridged. @type {Check} */
function checkText({ text }) {
  for (const line of text.trimEnd().split("\n")) {
    const frame = /^[→←] (.*)$/.exec(line)?.[1];
    assert.ok(frame, `a line must be → or ← and a frame; got ${line}`);
    JSON.parse(frame.replace(", …", "").replace(" … ", ""));
  }
}

/** Checks that the server's test runs the block on a database. @type {Check} */
function checkSql({ name }) {
  const test = readFileSync(testFile("server/guide.test.mjs"), "utf8");
  assert.ok(name && test.includes(`block(GUIDE, "${name}")`), "tests/server/guide.test.mjs must run the block");
}

/** Checks the form of a configuration, and lets nginx check it where installed. @type {Check} */
async function checkNginx({ text }) {
  const statements = text
    .replace(/#.*/g, "")
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  for (const statement of statements) assert.match(statement, /[;{}]$/);
  assert.doesNotMatch(statements.join(" "), /[^;{}\s]\s*\}/, "each statement must end with ; or }");
  assert.equal(text.split("{").length, text.split("}").length);
  if (!hasNginx()) return;
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  const file = join(folder, "nginx.conf");
  await writeFile(file, `pid ${folder}/pid; events {} http { access_log off; ${text} }`);
  // nginx also tests the port and its folders, and may fail on this machine.
  const { stderr } = await run("nginx", ["-t", "-p", folder, "-e", "stderr", "-c", file]).catch((error) => error);
  await rm(folder, { recursive: true });
  assert.match(stderr, /syntax is ok/);
}

function hasNginx() {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Checks the form of a header; recipes.test.mjs serves a page with it. @type {Check} */
function checkHttp({ text }) {
  for (const line of text.trim().split("\n")) assert.match(line, /^[A-Z][\w-]+: \S/);
}

/** Checks that an excerpt equals the source that cargo compiles. @type {Check} */
function checkRust({ name, text }) {
  assert.ok(name, "a Rust block must have its source file as its name");
  assert.ok(readFileSync(testFile(`../${name}`), "utf8").includes(text), `${name} must contain it`);
}
