// Compares the origin of a page with the server's own, in scheme, host and port.
//
// Browsers send cookies with a WebSocket from any page, and no CSRF token protects it: the Origin header does.

/**
 * Returns whether a page of `origin` belongs to the server that it reached as `host`.
 *
 * @param {string} origin
 * @param {string} host the Host header
 * @param {boolean} isSecure whether the page reached it with TLS, including TLS that a trusted proxy terminates
 */
export function sameOrigin(origin, host, isSecure) {
  return isListed(origin, [`${isSecure ? "https" : "http"}://${host}`]);
}

/** Returns whether the origin is one of those in the list. @param {string} origin @param {Iterable<string>} allowed */
export function isListed(origin, allowed) {
  const page = site(origin);
  return page !== null && [...allowed].some((other) => site(other) === page);
}

/** Returns scheme, host and port in one spelling, or null if the text is not an origin. @param {string} origin */
export function site(origin) {
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(origin)) return null;
  try {
    return new URL(origin).origin;
  } catch {
    return null;
  }
}
