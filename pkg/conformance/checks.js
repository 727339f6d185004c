// All checks, in the order of PROTOCOL.md. A check's number is that of its section and its place in it.

import { connecting } from "./checks/connecting.js";
import { hello } from "./checks/hello.js";
import { layer0 } from "./checks/layer-0.js";
import { limits } from "./checks/limits.js";
import { liveness } from "./checks/liveness.js";
import { ping } from "./checks/ping.js";
import { receiving } from "./checks/receiving.js";
import { sending } from "./checks/sending.js";
import { sync } from "./checks/sync.js";

/**
 * @typedef {object} Check
 * @property {string} rule what a conforming server does
 * @property {"MUST" | "SHOULD"} level a broken SHOULD only warns
 * @property {0 | 1} layer
 * @property {(world: import("./world.js").World) => Promise<string | void>} run throws a Violation or a Skip; may return a
 *   note about what it has seen
 *
 * @typedef {{title: string, anchor: string, checks: Check[]}} Section a section of PROTOCOL.md
 */

/** @type {Section[]} */
export const SECTIONS = [connecting, layer0, hello, sending, receiving, sync, ping, liveness, limits];

export const CHECKS = SECTIONS.flatMap(({ title, anchor, checks }, section) =>
  checks.map((check, index) => ({ ...check, id: `${section + 1}.${index + 1}`, title, anchor })),
);
