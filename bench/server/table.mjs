// The server's figures, one row per load.

/** @param {{cases: any[], peoplePerConversation: number}} server @returns {Record<string, string>[]} */
export function serverTable({ cases, peoplePerConversation }) {
  return cases.map((one) => ({
    users: one.users.toLocaleString("en"),
    architecture: one.architecture,
    sockets: one.sockets.toLocaleString("en"),
    "seconds to connect": one.connectSeconds.toFixed(1),
    "memory, MB": `${(one.emptyBytes / 1e6).toFixed(0)} → ${(one.openBytes / 1e6).toFixed(0)}`,
    "kB per user": ((one.openBytes - one.emptyBytes) / one.users / 1000).toFixed(0),
    "messages/s": one.messagesPerSecond.toFixed(0),
    "deliveries/s": (one.messagesPerSecond * peoplePerConversation).toFixed(0),
    "CPU when idle": `${(100 * one.idleCpu).toFixed(1)} %`,
    "ms until all have received": one.latency.toFixed(0),
    p99: one.latency99?.toFixed(0) ?? "",
    "seconds to reconnect all": one.reconnectSeconds?.toFixed(1) ?? "",
    "ms for a welcome": one.welcomeMs?.toFixed(0) ?? "",
  }));
}
