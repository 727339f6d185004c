// Reads the command line.

import { parseArgs } from "node:util";

import { runCommand } from "./command.js";

export const USAGE = `Usage: inbox-socket conformance URL --conversation ID --user-a LOGIN --user-b LOGIN [options]

  --conversation ID   a conversation of both users
  --user-a LOGIN      a header ("Cookie: sessionid=…") or a query ("?token=…") that logs user A in
  --user-b LOGIN      the same for user B
  --outside ID        a conversation that A is not in
  --origin ORIGIN     the Origin that the server allows
  --layer 0|1         the server's layer; 1 by default
  --restart COMMAND   kills the server and starts it again; ends when the server is ready
  --leave COMMAND     makes user B leave the conversation: $USER_ID leaves $CONVERSATION_ID
  --join COMMAND      makes user B join it again
  --only NUMBER       runs one check (4.2) or one section (4)
  --timeout MS        how long to wait for a frame; 5000 by default
  --json              prints one JSON document`;

/** Reads the arguments after \`conformance\`. Throws an Error if they are wrong. @param {string[]} args */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: "string" });
  const { values: parsed, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      conversation: text,
      "user-a": text,
      "user-b": text,
      outside: text,
      origin: text,
      layer: text,
      restart: text,
      leave: text,
      join: text,
      only: text,
      timeout: text,
      json: { type: "boolean" },
    },
  });
  const { json = false, ...rest } = parsed;
  const values = /** @type {Record<string, string | undefined>} */ (rest);
  const url = positionals[0];
  check(
    positionals.length === 1 && /^wss?:\/\//.test(url),
    "URL",
    "one address that begins with ws:// or wss://",
    positionals.join(" "),
  );
  for (const name of /** @type {const} */ (["conversation", "user-a", "user-b"])) {
    check(values[name], `--${name}`, "given", values[name]);
  }
  const { layer = "1", timeout = "5000", restart, leave, join, only } = values;
  check(layer === "0" || layer === "1", "--layer", "0 or 1", layer);
  check(Number(timeout) > 0, "--timeout", "a positive number of ms", timeout);
  check(
    only === undefined || /^\d+(\.\d+)?$/.test(only),
    "--only",
    "the number of a check or a section, such as 4.2",
    only,
  );
  check(leave === undefined || join !== undefined, "--join", "given with --leave", join);
  check(join === undefined || leave !== undefined, "--leave", "given with --join", leave);
  const commandOf = (/** @type {string} */ option, /** @type {string | undefined} */ command) =>
    command !== undefined && {
      [option]: (/** @type {Record<string, string>} */ variables) => runCommand(`--${option}`, command, variables),
    };
  return {
    url,
    conversation: idOf(/** @type {string} */ (values.conversation)),
    users: { a: loginOf("--user-a", values["user-a"]), b: loginOf("--user-b", values["user-b"]) },
    ...(values.outside !== undefined && { outside: idOf(values.outside) }),
    ...commandOf("restart", restart),
    ...commandOf("leave", leave),
    ...commandOf("join", join),
    origin: values.origin,
    layer: Number(layer),
    timeout: Number(timeout),
    only,
    json,
  };
}

/** @param {unknown} holds @param {string} name @param {string} expected @param {unknown} got */
function check(holds, name, expected, got) {
  if (!holds) throw new Error(`${name} must be ${expected}; got ${got || "nothing"}`);
}

/** A number if it is written as one. Quote it for the string: '"2"'. @param {string} text */
function idOf(text) {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

/** @param {string} name @param {string | undefined} text */
function loginOf(name, text = "") {
  if (text.startsWith("?")) return { query: text };
  const [, header, value] = /^([\w-]+):\s*(.+)$/.exec(text) ?? [];
  check(header, name, 'a header such as "Cookie: …" or a query such as "?token=…"', text);
  return { headers: { [header]: value } };
}
