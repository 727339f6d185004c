/**
 * A WebSocket address from what `url` gave: relative to the page, `http:` read as `ws:` and `https:` as `wss:`
 * (older browsers' WebSocket takes neither). Throws an error that names the value.
 */
export function webSocketUrl(value) {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw new TypeError(`url gave ${String(value)}; expected a string, for example "wss://example.com/ws/inbox/"`);
  }
  let url;
  try {
    url = new URL(value, globalThis.location?.href);
  } catch {
    throw new TypeError(`url gave "${value}", which is not an address; expected one like "wss://example.com/ws/inbox/"`);
  }
  url.protocol = url.protocol.replace("http", "ws");
  // The WebSocket constructor refuses a fragment.
  url.hash = "";
  return url.href;
}
