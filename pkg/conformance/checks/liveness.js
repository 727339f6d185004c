import { expect } from "../violation.js";

/** @type {import("../checks.js").Section} */
export const liveness = {
  title: "Liveness",
  anchor: "liveness",
  checks: [
    {
      rule: "replies to `ping`, messages and `sync` in the order in which it received them",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const names = [];
        for (let round = 0; round < 5; round++) {
          const [client_id, ping, sync] = [world.id(), world.id(), world.id()];
          socket.send(world.message({ client_id }));
          socket.send({ action: "sync", after: {}, id: sync });
          socket.send({ action: "ping", id: ping });
          names.push(client_id, sync, ping);
        }
        const nameOf = (frame) => frame?.ref ?? frame?.client_id ?? frame?.id;
        const replies = [];
        for (const _ of names) {
          replies.push(nameOf(await socket.next((frame) => names.includes(nameOf(frame)), "a reply to each frame")));
        }
        expect(String(replies) === String(names), `replies in order: ${names}`, replies);
      },
    },
  ],
};
