import type { IncomingMessage } from "node:http";
import type { Server, UserId } from "./index.js";

/** What `serve` uses of a `WebSocketServer` of the `ws` package. */
export interface WebSocketServerLike {
  /** Calls the listener for each socket. */
  on(event: "connection", listener: (socket: any, request: IncomingMessage) => void): unknown;
  /** Calls the listener when the server ends. */
  on(event: "close", listener: () => void): unknown;
}

/** The options of {@link serve}. */
export interface ServeOptions {
  /**
   * Returns the id of the user who opens the socket, or null. Called when the socket opens, every `recheckMs`, and on
   * `server.recheck`.
   */
  authenticate(request: IncomingMessage): Promise<UserId | null | undefined> | UserId | null | undefined;
  /** The origins of pages that may connect besides those of the server's own origin, such as `https://app.example`. */
  allowedOrigins?: string[];
  /** Sockets on any other path are closed with 4404. Default: every path. */
  path?: string;
  /** Whether a proxy in front of the server sets `X-Forwarded-Proto`. Default false. */
  trustProxy?: boolean;
  /** Default 60,000. */
  recheckMs?: number;
  /** The interval of WebSocket pings in ms; a socket that has not answered the last one is closed. Default 25,000. */
  pingMs?: number;
}

/** The `maxPayload` for a WebSocketServer, in bytes. */
export const MAX_PAYLOAD: number;

/**
 * Serves the sockets of a `WebSocketServer` of the `ws` package, version 8. Create it with `maxPayload: MAX_PAYLOAD`,
 * and without `path` and `perMessageDeflate`.
 *
 * @returns stops the timers, as the server's `close` event does
 */
export function serve(sockets: WebSocketServerLike, server: Server, options: ServeOptions): () => void;
