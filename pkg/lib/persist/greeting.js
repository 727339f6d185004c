// Reads which user the server names, before the core sends anything on a connection.

/** The numbers of inspect(): see lib/diagnosis/inspect.js. */
const PLAIN = -8;
const ASSURED = -9;

/**
 * Calls back on each connection: with the user's id, or with undefined if the server speaks layer 0.
 *
 * @param {any} inbox
 * @param {(user: number | string | undefined) => void} met
 * @returns {() => void} ends it
 */
export function watchGreetings(inbox, met) {
  return inbox.watchAttempts((_, socket) => {
    // The core sets `onmessage` only after this, and so hears each frame after it.
    const listen = ({ data }) => {
      const phase = inbox.inspect();
      const isOver = phase === PLAIN || phase === ASSURED;
      const user = isOver ? undefined : userIn(data);
      if (!isOver && user === undefined) return;
      socket.removeEventListener("message", listen);
      if (phase !== ASSURED) met(user);
    };
    socket?.addEventListener("message", listen);
  });
}

function userIn(data) {
  if (typeof data !== "string" || !data.includes('"welcome"')) return undefined;
  try {
    const { action, user_id: user } = JSON.parse(data);
    return action === "welcome" ? user : undefined;
  } catch {
    return undefined;
  }
}
