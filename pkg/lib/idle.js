/** The state without listeners. */
export const IDLE = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });

/**
 * A new component is about to subscribe. Until it does, an idle connection is shown as connecting, on a server as well,
 * so that hydration matches and nothing flickers.
 */
export const ABOUT_TO_CONNECT = Object.freeze({ ...IDLE, isConnecting: true });

/** The state that a component shows before it has subscribed. @param {import("../index.js").ConnectionState} state */
export function beforeSubscribing(state) {
  return state.isConnected || state.isConnecting || state.error ? state : ABOUT_TO_CONNECT;
}
