import { expect } from "../violation.js";
import { inPong } from "./membership.js";

const sum = ({ heads }) => Object.values(heads).reduce((total, head) => total + head, 0);

/** @type {import("../checks.js").Section} */
export const ping = {
  title: "`ping` and `pong`",
  anchor: "ping-and-pong",
  checks: [
    {
      rule: "returns the sum of the user's heads as `total`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        // Others may write meanwhile, so the sum lies between those of two `sync_response`s.
        const low = sum(await world.sync(socket, {}));
        const total = await world.ping(socket);
        const high = sum(await world.sync(socket, {}));
        expect(total >= low && total <= high, `a \`total\` from ${low} to ${high}`, { total });
      },
    },
    {
      rule: "repeats a numeric `id` as a number",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        await socket.request(
          { action: "ping", id: 7 },
          (reply) => reply?.action === "pong" && reply.id === 7,
          "a `pong` with the `id` 7",
        );
      },
    },
    ...inPong,
  ],
};
