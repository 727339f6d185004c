// Phoenix channels with the V2 serializer: frames [join_ref, ref, topic, event, payload], and one channel for `room:*`.
// What it refuses, it refuses as lib/phoenix/socket.ex of Phoenix 1.8 does.

import { FORBIDDEN, Wire } from "./wire.mjs";

export class Phoenix extends Wire {
  /** How long a client may send nothing, in ms. */
  timeout = 60_000;

  /** V2 frames need `vsn`; without it, Phoenix speaks V1, whose frames are objects. */
  accepts(url) {
    return url.pathname === "/socket/websocket" && /^2\.0\.\d+$/.test(url.searchParams.get("vsn") ?? "");
  }

  open(client) {
    client.timer = setTimeout(() => client.webSocket.terminate(), this.timeout);
    client.webSocket.on("close", () => clearTimeout(client.timer));
  }

  receive(client, text) {
    client.timer.refresh();
    const frame = JSON.parse(text);
    if (!Array.isArray(frame) || frame.length < 5) {
      // The serializer's pattern doesn't match, and the socket's process crashes.
      this.refuse(`not a frame: ${text}`);
      return client.close(1011);
    }
    const [joinRef, ref, topic, event, payload] = frame;
    if (topic === "phoenix" && event === "heartbeat") {
      client.pongs += 1;
      return client.send(reply(null, ref, topic, "ok", {}));
    }
    if (event === "phx_join") return this.#join(client, joinRef, ref, topic);
    if (!client.joined.has(topic)) {
      if (event === "phx_leave") return client.send(reply(joinRef, ref, topic, "ok", {}));
      this.refuse(`a push to ${topic}, which was not joined`);
      return client.send(reply(null, ref, topic, "error", { reason: "unmatched topic" }));
    }
    const existing = client.joined.get(topic);
    if (joinRef !== null && joinRef !== existing) return this.refuse(`a frame of the earlier join ${joinRef}`);
    if (event === "phx_leave") {
      client.joined.delete(topic);
      client.send(reply(existing, ref, topic, "ok", {}));
      return client.send([existing, existing, topic, "phx_close", {}]);
    }
    if (event === "new_msg") {
      this.store(Number(topic.slice("room:".length)), payload.body, payload.client_id);
      return client.send(reply(existing, ref, topic, "ok", {}));
    }
    // No clause of the channel's handle_in matches: its process crashes.
    this.refuse(`an unknown event: ${text}`);
    client.joined.delete(topic);
    client.send([existing, existing, topic, "phx_error", { reason: "channel_crash" }]);
  }

  broadcast(conversation, body) {
    const topic = `room:${conversation}`;
    for (const client of this.clients) {
      if (client.joined.has(topic)) client.send([null, null, topic, "new_msg", { body }]);
    }
  }

  #join(client, joinRef, ref, topic) {
    if (!topic.startsWith("room:")) {
      this.refuse(`a join of the unknown topic ${topic}`);
      return client.send(reply(null, ref, topic, "error", { reason: "unmatched topic" }));
    }
    if (topic === `room:${FORBIDDEN}`) {
      return client.send(reply(joinRef, ref, topic, "error", { reason: "unauthorized" }));
    }
    const existing = client.joined.get(topic);
    if (existing !== undefined) client.send([existing, existing, topic, "phx_close", {}]);
    client.joined.set(topic, joinRef ?? ref);
    client.send(reply(joinRef, ref, topic, "ok", {}));
  }
}

const reply = (joinRef, ref, topic, status, response) => [joinRef, ref, topic, "phx_reply", { status, response }];
