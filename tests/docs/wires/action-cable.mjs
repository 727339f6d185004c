// Action Cable with one channel, ChatChannel, whose parameter is the conversation's id. What it refuses, it refuses as
// connection/base.rb, connection/subscriptions.rb and channel/base.rb of Action Cable do.

import { FORBIDDEN, Wire } from "./wire.mjs";

const PROTOCOLS = ["actioncable-v1-json", "actioncable-unsupported"];

export class ActionCable extends Wire {
  /** Whether the connection's `connect` accepts the user. */
  isAuthorized = true;
  /** ms between two pings. */
  beat = 3_000;

  accepts(url) {
    return url.pathname === "/cable";
  }

  /** Without a known subprotocol the response names none, and browsers fail the handshake if the page requested some. */
  chooseProtocol(offered) {
    const chosen = PROTOCOLS.find((protocol) => offered.has(protocol));
    if (!chosen) this.refuse(`the subprotocols ${[...offered]}`);
    return chosen ?? false;
  }

  open(client) {
    if (!this.isAuthorized) return this.#disconnect(client, "unauthorized", false);
    client.send({ type: "welcome" });
    const timer = setInterval(() => this.ping(client), this.beat);
    client.webSocket.on("close", () => clearInterval(timer));
  }

  ping(client) {
    client.send({ type: "ping", message: Math.floor(Date.now() / 1_000) });
  }

  /** Disconnects all clients, as a server does when it restarts. */
  restart() {
    for (const client of this.clients) this.#disconnect(client, "server_restart", true);
  }

  /** Errors are only logged: the client receives no answer. */
  receive(client, text) {
    try {
      this.#execute(client, JSON.parse(text));
    } catch (error) {
      this.refuse(`${text}: ${error}`);
    }
  }

  broadcast(id, body, client_id) {
    for (const client of this.clients) {
      for (const [identifier, conversation] of client.joined) {
        if (conversation === id) client.send({ identifier, message: { body, ...(client_id && { client_id }) } });
      }
    }
  }

  #execute(client, { command, identifier, data }) {
    switch (command) {
      case "subscribe":
        return this.#subscribe(client, identifier);
      case "unsubscribe":
        if (!client.joined.delete(identifier)) throw new Error("unable to find the subscription");
        return;
      case "message": {
        if (!client.joined.has(identifier)) throw new Error("unable to find the subscription");
        const { action, body, client_id } = JSON.parse(data);
        if (action !== "speak") throw new Error(`unable to process ChatChannel#${action}`);
        return this.store(client.joined.get(identifier), body, client_id);
      }
      default:
        throw new Error("an unrecognized command");
    }
  }

  #subscribe(client, identifier) {
    const { channel, id } = JSON.parse(identifier);
    // A second subscription with the same identifier gets no answer.
    if (client.joined.has(identifier)) throw new Error("subscribed already");
    if (channel !== "ChatChannel") throw new Error("subscription class not found");
    if (id === FORBIDDEN) return client.send({ identifier, type: "reject_subscription" });
    client.joined.set(identifier, id);
    client.send({ identifier, type: "confirm_subscription" });
  }

  #disconnect(client, reason, reconnect) {
    client.send({ type: "disconnect", reason, reconnect });
    client.close(1000);
  }
}
