// A line that counts the handshakes, pings and bytes that pass.

import { Line } from "./line.mjs";

const PING = 9;

export class CountingLine extends Line {
  /** WebSocket handshakes that the server accepted. */
  handshakes = 0;
  /** Ping frames, which browsers hide from pages. */
  pings = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** Every WebSocket that a page requested; `isOpen` until either side has closed it. @type {{path: string, isOpen: boolean}[]} */
  webSockets = [];

  /** @param {import("node:net").Socket} near @param {import("node:net").Socket} far */
  joined(near, far) {
    near.on("data", (data) => (this.bytesUp += data.length));
    far.on("data", (data) => (this.bytesDown += data.length));
    this.#noteWebSocket(near, far);
    this.#countFrames(far);
  }

  /** @param {import("node:net").Socket} near @param {import("node:net").Socket} far */
  #noteWebSocket(near, far) {
    // The request is not always the first data: a browser may reuse a connection that has served a file.
    const read = (/** @type {Buffer} */ data) => {
      const request = data.toString("latin1");
      if (!/\r\nupgrade: websocket\r\n/i.test(request)) return;
      near.off("data", read);
      const webSocket = { path: request.split(" ")[1] ?? "", isOpen: true };
      this.webSockets.push(webSocket);
      // One that is half open has ended at the server only.
      for (const end of [near, far]) end.once("close", () => (webSocket.isOpen = false));
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

/** Returns the length of the first frame, header included; Infinity until its header is complete. @param {Buffer} buffer */
function frameLength(buffer) {
  if (buffer.length < 2) return Infinity;
  const short = buffer.readUInt8(1) & 0x7f;
  if (short < 126) return 2 + short;
  if (short === 126) return buffer.length < 4 ? Infinity : 4 + buffer.readUInt16BE(2);
  return buffer.length < 10 ? Infinity : 10 + Number(buffer.readBigUInt64BE(2));
}
