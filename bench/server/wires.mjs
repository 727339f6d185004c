// How the crowd speaks to a server: frames of this project, or those of Socket.IO.

/**
 * @typedef {object} Wire
 * @property {(frame: object) => string} write
 * @property {(text: string, socket: import("ws").WebSocket, opened: () => void) => object | undefined} read returns the
 *   message in a text, if it is one; `opened` is to be called when the socket may send
 * @property {boolean} isOpenAtOnce
 */

/** @type {Wire} */
export const PLAIN = { write: JSON.stringify, read: (text) => JSON.parse(text), isOpenAtOnce: true };

// Engine.IO's packets begin with a digit, and its messages, those of Socket.IO, with another one:
// https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/.
/** @type {Wire} */
export const SOCKET_IO = {
  write: (frame) => `42${JSON.stringify(["message", frame])}`,
  read(text, socket, opened) {
    if (text.startsWith("0")) socket.send("40");
    else if (text.startsWith("40")) opened();
    else if (text === "2") socket.send("3");
    else if (text.startsWith("42")) return JSON.parse(text.slice(2))[1];
    return undefined;
  },
  isOpenAtOnce: false,
};
