// The frames of PROTOCOL.md, layer 0.

import { Wire } from "./wire.mjs";

export class Layer0 extends Wire {
  receive(client, text) {
    const { action, conversation_id, message } = JSON.parse(text);
    if (action !== undefined) return client.send({ action: "error", code: "unknown_action", ref: null });
    this.store(conversation_id, message);
  }

  broadcast(conversation_id, message) {
    for (const client of this.clients) client.send({ conversation_id, message, type: "TEXT" });
  }
}
