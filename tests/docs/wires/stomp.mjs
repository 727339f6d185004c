// A STOMP 1.2 broker: clients send to /app/chat/<id>, and subscribe to /topic/chat/<id>. The rules are those of
// https://stomp.github.io/stomp-specification-1.2.html.

import { FORBIDDEN, Wire } from "./wire.mjs";

const REQUIRED = {
  CONNECT: ["accept-version", "host"],
  STOMP: ["accept-version", "host"],
  SUBSCRIBE: ["id", "destination"],
  UNSUBSCRIBE: ["id"],
  SEND: ["destination"],
  DISCONNECT: [],
};

export class Stomp extends Wire {
  /** The passcode that CONNECT must contain, if any. @type {string | undefined} */
  passcode;

  accepts(url) {
    return url.pathname === "/stomp";
  }

  chooseProtocol(offered) {
    return offered.has("v12.stomp") && "v12.stomp";
  }

  receive(client, text) {
    // Line feeds between frames are heart-beats.
    if (/^[\r\n]+$/.test(text)) return;
    try {
      this.#execute(client, parse(text));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.refuse(`${JSON.stringify(text)}: ${message}`);
      // After an ERROR, a server must close the connection.
      client.send(write("ERROR", { message }));
      client.close(1002);
    }
  }

  broadcast(id, text) {
    for (const client of this.clients) {
      for (const [subscription, destination] of client.joined) {
        if (destination !== `/topic/chat/${id}`) continue;
        const body = JSON.stringify({ text });
        const headers = {
          destination,
          subscription,
          "message-id": String(this.stored.length),
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        };
        client.send(write("MESSAGE", headers, body));
      }
    }
  }

  #execute(client, { command, headers, body }) {
    const required = REQUIRED[command];
    if (!required) throw new Error(`unknown command ${command}`);
    const missing = required.find((name) => !headers.has(name));
    if (missing) throw new Error(`${command} needs the header ${missing}`);
    if (command === "CONNECT" || command === "STOMP") return this.#connect(client, headers);
    if (!client.isReady) throw new Error(`${command} before CONNECTED`);
    const id = headers.get("id");
    const destination = headers.get("destination");
    if (command === "SUBSCRIBE") {
      if (client.joined.has(id)) throw new Error(`the subscription ${id} exists already`);
      if (destination === `/topic/chat/${FORBIDDEN}`) throw new Error("access denied");
      client.joined.set(id, destination);
    } else if (command === "UNSUBSCRIBE") {
      if (!client.joined.delete(id)) throw new Error(`there is no subscription ${id}`);
    } else if (command === "SEND") {
      const conversation = Number(/^\/app\/chat\/(\d+)$/.exec(destination)?.[1]);
      if (Number.isNaN(conversation)) throw new Error(`unknown destination ${destination}`);
      this.store(conversation, JSON.parse(body).text);
    } else {
      client.close(1000);
    }
    if (headers.has("receipt")) client.send(write("RECEIPT", { "receipt-id": headers.get("receipt") }));
  }

  #connect(client, headers) {
    if (client.isReady) throw new Error("connected already");
    if (!headers.get("accept-version").split(",").includes("1.2")) throw new Error("the version must be 1.2");
    if (this.passcode !== undefined && headers.get("passcode") !== this.passcode) {
      client.send(write("ERROR", { message: "Bad credentials" }));
      return client.close(1000);
    }
    client.isReady = true;
    client.send(write("CONNECTED", { version: "1.2", "heart-beat": "0,0" }));
    // A broker sends heart-beats between frames; this one sends one at once.
    client.send("\n");
  }
}

/** The escape sequence of each character that a header's value must not contain. */
const ESCAPES = { "\n": "\\n", "\r": "\\r", ":": "\\c", "\\": "\\\\" };

/** @param {string} text */
function parse(text) {
  const match = /^[\r\n]*([A-Z]+)\r?\n((?:[^\r\n]+\r?\n)*)\r?\n([^]*)$/.exec(text);
  if (!match) throw new Error("malformed frame");
  const [, command, head, rest] = /** @type {string[]} */ (match);
  const headers = new Map();
  for (const line of head.split(/\r?\n/).slice(0, -1)) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`malformed header ${line}`);
    const unescaped = command === "CONNECT" ? value : decode(value);
    // Of repeated headers, the first one counts.
    if (!headers.has(name)) headers.set(name, unescaped);
  }
  return { command, headers, body: bodyOf(rest, headers.get("content-length")) };
}

/** Returns the body, which ends at NUL, or after `content-length` bytes and a NUL. */
function bodyOf(rest, length) {
  const bytes = Buffer.from(rest);
  const end = length === undefined ? bytes.indexOf(0) : Number(length);
  if (bytes[end] !== 0) throw new Error("a frame must end with NUL");
  return bytes.subarray(0, end).toString();
}

/** @param {string} value */
function decode(value) {
  return value.replace(/\\.?|:/g, (sequence) => {
    const found = Object.entries(ESCAPES).find(([, escaped]) => escaped === sequence);
    if (!found) throw new Error(`undefined escape sequence ${sequence}`);
    return found[0];
  });
}

/** @param {string} command @param {Record<string, unknown>} headers */
function write(command, headers, body = "") {
  const encode = (value) => String(value).replace(/[\\\r\n:]/g, (character) => ESCAPES[character]);
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${encode(value)}\n`);
  return `${command}\n${lines.join("")}\n${body}\0`;
}
