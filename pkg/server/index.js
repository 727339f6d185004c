// inbox-socket on the server: one WebSocket for a whole chat inbox.

export { MemoryBroker } from "./broker.js";
export { notFound, Refused } from "./protocol.js";
export { Closed, Server } from "./server.js";
