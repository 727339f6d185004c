import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { testFile } from "../support/bundle.mjs";
import { PYTHON } from "./servers.mjs";
import { blocks, pages } from "./blocks.mjs";
import { FRAMEWORKS } from "./frameworks.mjs";
import { inWorkshop, WORKSHOP } from "./workshop.mjs";

const run = promisify(execFile);

/** @typedef {import("./blocks.mjs").Block} Block */

const PROJECTS = ["tsconfig.json", "tsconfig.js.json", "tsconfig.solid.json"];

/** The files of each. @type {Promise<string[]> | undefined} */
let typeChecked;

/** What is so of each block of a language. Blocks of other languages are not allowed. @type {Record<string, Check>} */
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
};

/** @typedef {(block: Block) => void | Promise<void>} Check */

describe("every code block", () => {
  for (const block of blocks) {
    it(`${block.page}:${block.line}, ${block.language}`, async () => {
      const check = CHECKS[block.language];
      assert.ok(check, `nobody checks ${block.language || "a block without a language"}`);
      await check(block);
    });
  }
});

describe("the types of all blocks", () => {
  for (const project of PROJECTS) it(`are right by ${project}`, async () => void (await tsc("-p", project)));
});

describe("every link", () => {
  for (const [page, text] of pages) {
    it(`of ${page} leads to something`, () => {
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      assert.deepEqual(links.filter((link) => !/^https?:/.test(link) && !leads(page, link)), []);
    });
  }
});

/** @param {string} page @param {string} link */
function leads(page, link) {
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(testFile(`../${target}`))) return false;
  if (anchor === undefined) return true;
  const prose = (pages.get(target) ?? "").replace(/^```[^]*?^```$/gm, "");
  const headings = prose.matchAll(/^#+ (.*)$/gm);
  return [...headings].some(([, heading]) => anchorOf(heading) === anchor);
}

/** As GitHub makes them. @param {string} heading */
function anchorOf(heading) {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** A program for Node.js is run by servers.test.mjs or quick-start.test.mjs; here it is read. @type {Check} */
async function checkJavaScript(block) {
  if (!block.name?.endsWith(".mjs")) return isTypeChecked(block);
  await run(process.execPath, ["--check", inWorkshop(block.file)]);
}

/** Together with the others, see above; here it is seen to be among them. @type {Check} */
async function isTypeChecked({ file }) {
  typeChecked ??= Promise.all(PROJECTS.map((project) => tsc("-p", project, "--listFilesOnly")));
  const files = (await typeChecked).join("").split("\n");
  assert.ok(files.includes(inWorkshop(file)), "no project of the workshop has it");
}

/** @param {string[]} args */
async function tsc(...args) {
  const program = inWorkshop("node_modules", "typescript", "bin", "tsc");
  const running = run(process.execPath, [program, ...args], { cwd: WORKSHOP });
  return (await running.catch(({ stdout }) => assert.fail(stdout))).stdout;
}

/** @type {Check} */
function isBuilt({ page, name }) {
  const built = FRAMEWORKS.map((framework) => `docs/frameworks.md ${framework.block}`);
  assert.ok(built.includes(`${page} ${name}`), "no test builds it");
}

/** A frame, which both sides are held to. @type {Check} */
function checkJson({ text }) {
  const { frames } = JSON.parse(readFileSync(testFile("wire/examples.json"), "utf8"));
  const frame = JSON.parse(text);
  const isThere = frames.some((example) => isSame(withoutDetail(example.frame), withoutDetail(frame)));
  assert.ok(isThere, "tests/wire/examples.json does not have it");
}

/** Errors may be told in any words. @param {{detail?: string}} frame */
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

/** Commands of the quick start and of docs/testing.md that their tests run by other means, or with Vite itself. */
const APPLICATION = [
  "npm create --yes vite@latest chat -- --template react --no-interactive",
  "cd chat",
  "npm run dev",
  "npx vitest run",
];

/** What a command names is there. @type {Check} */
function checkShell({ page, text }) {
  const makefile = readFileSync(testFile("../Makefile"), "utf8");
  const installed = Object.keys(JSON.parse(readFileSync(inWorkshop("package.json"), "utf8")).dependencies);
  const required = ["", "-dev"].map((kind) => readFileSync(testFile(`../www/backend/requirements${kind}.txt`), "utf8"));
  const isOfPage = (name) => blocks.some((block) => block.page === page && block.name === name);
  for (const command of text.trim().split("\n").map((line) => line.replace(/\s+(#.*|&)$/, ""))) {
    const [program, ...args] = command.split(/\s+/);
    const named = args.filter((arg) => !arg.startsWith("-"));
    if (program === "make") assert.ok(makefile.includes(`\n${named[0]}:`), `there is no target ${named[0]}`);
    else if (command.startsWith("npm install ")) {
      const isTried = (name) => name === "inbox-socket" || installed.includes(name);
      assert.deepEqual(named.slice(1).filter((name) => !isTried(name)), []);
    } else if (command.startsWith("pip install ")) {
      for (const name of named.slice(1)) assert.match(required.join("\n"), new RegExp(`^${name}\\b`, "m"));
    } else if (program === "node") assert.ok(isOfPage(named[0]), `no block is named ${named[0]}`);
    else if (program === "uvicorn") assert.ok(isOfPage(named[0].replace(/:.*/, ".py")), `there is no ${named[0]}`);
    else assert.ok(APPLICATION.includes(command), `no test runs ${command}`);
  }
}

/** Frames, some of them abridged. @type {Check} */
function checkText({ text }) {
  for (const line of text.trimEnd().split("\n")) {
    const frame = /^[→←] (.*)$/.exec(line)?.[1];
    assert.ok(frame, `not a frame: ${line}`);
    JSON.parse(frame.replace(", …", "").replace(" … ", ""));
  }
}

/** By nginx itself where there is one, else by its form. @type {Check} */
async function checkNginx({ text }) {
  const statements = text.replace(/#.*/g, "").trim().split("\n").map((line) => line.trim()).filter(Boolean);
  for (const statement of statements) assert.match(statement, /[;{}]$/);
  assert.doesNotMatch(statements.join(" "), /[^;{}\s]\s*\}/, "a statement has no end");
  assert.equal(text.split("{").length, text.split("}").length);
  if (!hasNginx()) return;
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  const file = join(folder, "nginx.conf");
  await writeFile(file, `pid ${folder}/pid; events {} http { access_log off; ${text} }`);
  // It goes on to try the port and its folders, which are this machine's.
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

/** A header, which recipes.test.mjs serves a page with. @type {Check} */
function checkHttp({ text }) {
  for (const line of text.trim().split("\n")) assert.match(line, /^[A-Z][\w-]+: \S/);
}

/** An excerpt of what cargo compiles. @type {Check} */
function checkRust({ name, text }) {
  assert.ok(name, "a block of Rust is named by the file that it is from");
  assert.ok(readFileSync(testFile(`../${name}`), "utf8").includes(text), `${name} does not have it`);
}
