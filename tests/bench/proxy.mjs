// A line that counts what passes on the wire.

import { Line } from "../support/line.mjs";

const PING = 9;

export class Proxy extends Line {
  /** WebSocket handshakes that the server has answered. */
  handshakes = 0;
  /** Ping frames, which no page ever sees. */
  pings = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** Every WebSocket that a page has asked for. @type {{path: string, isOpen: boolean}[]} */
  webSockets = [];

  /** @param {import("node:net").Socket} near @param {import("node:net").Socket} far */
  joined(near, far) {
    near.on("data", (data) => (this.bytesUp += data.length));
    far.on("data", (data) => (this.bytesDown += data.length));
    this.#noteWebSocket(near);
    this.#countFrames(far);
  }

  /** @param {import("node:net").Socket} near */
  #noteWebSocket(near) {
    // Not only in what comes first: a browser may ask on a connection that has served a file before.
    const read = (/** @type {Buffer} */ data) => {
      const request = data.toString("latin1");
      if (!/\r\nupgrade: websocket\r\n/i.test(request)) return;
      near.off("data", read);
      const webSocket = { path: request.split(" ")[1] ?? "", isOpen: true };
      this.webSockets.push(webSocket);
      near.once("close", () => (webSocket.isOpen = false));
    };
    near.on("data", read);
  }

  /** @param {import("node:net").Socket} far */
  #countFrames(far) {
    let buffer = Buffer.alloc(0);
    let isWebSocket = false;
    far.on("data", (data) => {
      buffer = Buffer.concat([buffer, data]);
      if (!isWebSocket) {
        const end = buffer.indexOf("\r\n\r\n");
        if (!buffer.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101"))) buffer = Buffer.alloc(0);
        else if (end >= 0) {
          isWebSocket = true;
          this.handshakes += 1;
          buffer = buffer.subarray(end + 4);
        }
        if (!isWebSocket) return;
      }
      for (let length = frameLength(buffer); length <= buffer.length; length = frameLength(buffer)) {
        this.pings += Number((buffer.readUInt8(0) & 0xf) === PING);
        buffer = buffer.subarray(length);
      }
    });
  }
}

/** The length of the frame that a buffer begins with, header included; Infinity while that cannot be told. @param {Buffer} buffer */
function frameLength(buffer) {
  if (buffer.length < 2) return Infinity;
  const short = buffer.readUInt8(1) & 0x7f;
  if (short < 126) return 2 + short;
  if (short === 126) return buffer.length < 4 ? Infinity : 4 + buffer.readUInt16BE(2);
  return buffer.length < 10 ? Infinity : 10 + Number(buffer.readBigUInt64BE(2));
}
