// The servers that the documentation and the tests already start, as processes for the tool.

import { missing } from "../../server/postgres.mjs";
import { demo } from "./demo.mjs";
import { djangoProject } from "./django-project.mjs";
import { fastapiGuide } from "./fastapi-guide.mjs";
import { nodeGuide } from "./node-guide.mjs";

/**
 * A running server. A participates in `conversation` and not in `outside`.
 *
 * @typedef {object} Tested
 * @property {string} url
 * @property {{a: string, b: string}} users their logins, as the tool's options
 * @property {string} conversation
 * @property {string} outside
 * @property {() => Promise<unknown>} restart kills the process and starts it again
 * @property {(variables: {conversation: string, user: string}) => Promise<unknown>} leave
 * @property {(variables: {conversation: string, user: string}) => Promise<unknown>} join
 */

/** @type {{title: string, start: (t: import("node:test").TestContext) => Promise<Tested>, warnings: string[], skip?: string | false}[]} */
export const PROGRAMS = [
  { title: "the demo", start: demo, warnings: [] },
  { title: "the Django test project", start: djangoProject, warnings: [] },
  // Starlette rejects an unknown path before the mounted application can accept the connection.
  { title: "the FastAPI guide", start: fastapiGuide, warnings: ["1.3"] },
  { title: "the Node.js guide with PostgreSQL", start: nodeGuide, warnings: [], skip: missing },
];
