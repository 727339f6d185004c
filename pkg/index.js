// The root entry: the connection without React. index.d.ts documents each function.
//
// Importing this module does nothing: the first call creates the page's client, and the first subscription loads the
// core.

import { client } from "./lib/client.js";

export const useWebSocket = (conversationId, onMessage) => client().useWebSocket(conversationId, onMessage);
export const subscribe = (conversationId, listener) => client().subscribe(conversationId, listener);
export const sendMessage = (conversationId, message, type) => client().sendMessage(conversationId, message, type);
export const send = (frame) => client().send(frame);
export const requestMessages = (conversationId) => client().requestMessages(conversationId);
export const retry = () => client().retry();
export const disconnect = () => client().disconnect();
export const configure = (options) => client().configure(options);
export const getState = () => client().getState();
export const subscribeState = (listener) => client().subscribeState(listener);
export const getStats = () => client().getStats();
