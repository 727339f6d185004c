/** The state while nobody listens. */
export const IDLE = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });

/**
 * A component that has just been made is about to subscribe. Until it has, an idle connection is shown as what it will
 * be in a moment; on a server as well, so that hydration finds what it expects and nothing flickers.
 */
export const ABOUT_TO_CONNECT = Object.freeze({ ...IDLE, isConnecting: true });

/** What a component shows that has not subscribed yet. @param {import("../index.js").ConnectionState} state */
export function beforeSubscribing(state) {
  const isIdle = !state.isConnected && !state.isConnecting && state.error === null;
  return isIdle ? ABOUT_TO_CONNECT : state;
}
