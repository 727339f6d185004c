// What the server's figures say, a row for each load.

/** @param {{cases: any[], peoplePerConversation: number}} server @returns {Record<string, string>[]} */
export function serverTable({ cases, peoplePerConversation }) {
  return cases.map((one) => ({
    users: one.users.toLocaleString("en"),
    architecture: one.architecture,
    sockets: one.sockets.toLocaleString("en"),
    "seconds to connect": one.connectSeconds.toFixed(1),
    "memory, MB": `${(one.emptyBytes / 1e6).toFixed(0)} → ${(one.openBytes / 1e6).toFixed(0)}`,
    "kB a user": ((one.openBytes - one.emptyBytes) / one.users / 1000).toFixed(0),
    "CPU while nobody talks": `${(100 * one.idleCpu).toFixed(1)} %`,
    "messages/s": one.messagesPerSecond.toFixed(0),
    "deliveries/s": (one.messagesPerSecond * peoplePerConversation).toFixed(0),
    "ms until all have heard": one.latency.toFixed(0),
  }));
}
