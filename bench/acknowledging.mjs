// A server that sends the replies of layer 1 and does nothing else, so that the measured cost of sending on a real
// socket doesn't depend on the speed of a database.

import { WebSocketServer } from "ws";

export async function startAcknowledging() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.on("listening", resolve));
  server.on("connection", (socket) => {
    let messages = 0;
    socket.on("message", (data) => {
      const { action, client_id, conversation_id } = JSON.parse(data.toString());
      const answer = (/** @type {object} */ frame) => socket.send(JSON.stringify(frame));
      if (action === "hello") return answer({ action: "welcome", protocol: 1, user_id: 1, heads: {} });
      if (client_id === undefined) return;
      messages += 1;
      answer({ action: "ack", client_id, conversation_id, message_id: messages, seq: messages });
    });
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `ws://127.0.0.1:${port}/`,
    async stop() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
