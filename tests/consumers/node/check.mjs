import assert from "node:assert/strict";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { getState } from "inbox-socket";
import { fakeServer } from "inbox-socket/testing";

import { Inbox } from "./src/inbox.js";

const globals = Reflect.ownKeys(globalThis).length;
assert.equal(renderToString(h(Inbox)).match(/<p role="status">connecting<\/p>/g)?.length, 2);
assert.equal(Reflect.ownKeys(globalThis).length, globals, "rendering must not add globals");
assert.equal(getState().isConnecting, false);
assert.equal(typeof fakeServer, "function");
