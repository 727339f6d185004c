import { expect } from "../violation.js";

/** @param {any} world @param {Parameters<import("../world.js").World["open"]>} opening @param {number} code */
async function expectClose(world, opening, code) {
  const socket = await world.open(...opening);
  const ended = await socket.closed();
  expect(ended.code === code, `the server accepts the connection and closes it with ${code}`, ended);
}

/** @type {import("../checks.js").Section} */
export const connecting = {
  title: "Connecting",
  anchor: "connecting",
  checks: [
    {
      rule: "closes a connection without a login with 4401",
      level: "SHOULD",
      layer: 0,
      run: (world) => expectClose(world, [null], 4401),
    },
    {
      rule: "closes a connection from another origin with 4403",
      level: "SHOULD",
      layer: 0,
      async run(world) {
        world.need("origin");
        await expectClose(world, ["a", { origin: "https://conformance.invalid" }], 4403);
      },
    },
    {
      rule: "closes a connection to an unknown path with 4404",
      level: "SHOULD",
      layer: 0,
      run: (world) => expectClose(world, ["a", { path: "/conformance-unknown-path/" }], 4404),
    },
  ],
};
