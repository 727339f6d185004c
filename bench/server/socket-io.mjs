// A chat with Socket.IO as its documentation shows it: a room for each conversation, nothing stored. The cookie names the
// user's conversations: `node socket-io.mjs`.

import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  const [, conversations = ""] = /conversations=([\d-]+)/.exec(socket.handshake.headers.cookie ?? "") ?? [];
  for (const id of conversations.split("-")) socket.join(id);
  socket.on("message", (frame) => {
    io.to(String(frame.conversation_id)).emit("message", frame);
  });
});

http.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (http.address());
  console.log(`Listening on http://127.0.0.1:${port}/`);
});
