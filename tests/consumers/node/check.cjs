const assert = require("node:assert/strict");
const { createElement: h } = require("react");
const { renderToString } = require("react-dom/server");
const { getState } = require("inbox-socket");
const { useWebSocket } = require("inbox-socket/react");
const { fakeServer } = require("inbox-socket/testing");

const Status = () => h("p", null, useWebSocket(1).isConnecting ? "connecting" : "idle");
assert.equal(renderToString(h(Status)), "<p>connecting</p>");
assert.equal(getState().isConnecting, false);
assert.equal(typeof fakeServer, "function");
