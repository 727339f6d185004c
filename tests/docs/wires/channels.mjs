// The consumers of tests/docs/django/wires.py, in a real server with Django Channels.

import { once } from "node:events";
import { WebSocket as Socket } from "ws";

import { PYTHON } from "../../support/backend.mjs";
import { testFile } from "../../support/bundle.mjs";
import { start } from "../../support/process.mjs";

/** Another user, Ben, receives what the server stores, and writes what a test posts. */
class Channels {
  /** @type {import("./wire.mjs").Message[]} */
  stored = [];
  /** The sockets of Ben. @type {Socket[]} */
  sockets = [];
  #server;

  async start() {
    const program = ["-m", "uvicorn", "--port", "0", "wires:application"];
    this.#server = await start(PYTHON, program, {
      cwd: testFile("docs/django"),
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      line: /running on http:\/\/127\.0\.0\.1:(\d+)/,
    });
    await this.join();
    return this;
  }

  get port() {
    return Number(this.#server.match[1]);
  }

  /** What the consumers refused: they fail on it. */
  get refused() {
    return this.#server.output().match(/^\w+Error: .*$/gm) ?? [];
  }

  /** Opens a socket for Ben. @param {string} path @param {(frame: any) => void} receive */
  async connect(path, receive) {
    const socket = new Socket(`ws://127.0.0.1:${this.port}${path}`);
    socket.on("message", (data) => receive(JSON.parse(String(data))));
    this.sockets.push(socket);
    await once(socket, "open");
    return socket;
  }

  async stop() {
    for (const socket of this.sockets) socket.terminate();
    await this.#server.stop("SIGKILL");
  }

  async join() {
    throw new Error("a subclass must implement join()");
  }
}

/** One socket for all conversations. */
export class ChannelsInbox extends Channels {
  async join() {
    await this.connect("/ws/inbox/", ({ message: { conversation_id, body } }) => {
      this.stored.push({ conversation: conversation_id, text: body });
    });
  }

  post(conversation_id, body) {
    this.sockets[0]?.send(JSON.stringify({ type: "chat_message", message: { conversation_id, body } }));
  }
}

/** One socket for each conversation. */
export class ChannelsRooms extends Channels {
  async join() {
    for (const conversation of [1, 2]) {
      await this.connect(`/ws/chat/${conversation}/?user=ben`, ({ message, sender }) => {
        if (sender === "ana") this.stored.push({ conversation, text: message });
      });
    }
  }

  post(conversation, message) {
    this.sockets[conversation - 1]?.send(JSON.stringify({ message }));
  }
}
