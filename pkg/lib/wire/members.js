// The members of the option `adapter`. They are checked here, and not by configure(), so that pages without an adapter do
// not load the checks.

import { mistake, refuse } from "./checks.js";

const FUNCTION = [isFunction, "be a function"];
const PATH = [isText, 'be a path such as "data.room_id"'];
const PATH_OR_FUNCTION = [(value) => isText(value) || isFunction(value), `${PATH[1]}, or a function`];

/** Each member: whether a value is valid, and what it must be. */
const MEMBERS = {
  conversationId: PATH_OR_FUNCTION,
  incoming: FUNCTION,
  isMessage: FUNCTION,
  outgoing: FUNCTION,
  message: PATH,
  ref: PATH,
  history: [(value) => isFunction(value) || isFunction(value?.request), "be a function, or { request, answer }"],
  onOpen: FUNCTION,
  join: FUNCTION,
  leave: FUNCTION,
  ack: PATH_OR_FUNCTION,
  resend: [(value) => typeof value === "boolean", "be true or false"],
  reconnect: FUNCTION,
};

/** Refuses an adapter with an error that names the member, what it must be and the value. */
export function checkMembers(adapter) {
  for (const [name, value] of Object.entries(adapter)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(MEMBERS, name)) {
      refuse(`unknown option \`adapter.${name}\`; the options are ${Object.keys(MEMBERS).join(", ")}`);
    }
    const [isValid, must] = MEMBERS[name];
    if (!isValid(value)) refuse(mistake(name, must, value).message);
  }
}

function isFunction(value) {
  return typeof value === "function";
}

function isText(value) {
  return typeof value === "string" && value !== "";
}
