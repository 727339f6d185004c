/** The state while nobody listens, and on a server. */
export const IDLE = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });
