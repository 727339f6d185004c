// The server's side of tests/browser.rs: a WebSocket that does what the test says.

let sockets = [];
let reports = [];
let resolveUrl;
let calls = 0;

class ScriptedWebSocket extends EventTarget {
  OPEN = 1;
  readyState = 0;
  sent = [];
  closedWith = null;

  constructor(url) {
    super();
    this.url = url;
    sockets.push(this);
  }
  send(text) {
    this.sent.push(text);
  }
  close(code) {
    this.readyState = 2;
    this.closedWith = code;
  }
}

const last = () => sockets.at(-1);

export function install() {
  sockets = [];
  reports = [];
  calls = 0;
  globalThis.WebSocket = ScriptedWebSocket;
  globalThis.reportError = (error) => reports.push(error);
}
export const count = () => sockets.length;
export const url = () => last().url;
export function open() {
  last().readyState = 1;
  last().onopen?.({});
}
export function close(code, reason) {
  last().readyState = 3;
  last().onclose?.(new CloseEvent("close", { code, reason }));
}
export const receive = (data) => last().onmessage?.({ data });
export const sent = () => last().sent;
export const closedWith = () => last().closedWith;
export const reported = () => reports;

export function listener() {
  const heard = [];
  return Object.assign((message) => heard.push(message), { heard });
}
export const heard = (listener) => listener.heard;
export const throwing = () => () => {
  throw new Error("on purpose");
};
export function leaving() {
  const leaver = (message) => {
    leaver.heard.push(message);
    leaver.release();
  };
  return Object.assign(leaver, { heard: [] });
}
export const leaveWith = (listener, release) => (listener.release = release);

export async function until(condition) {
  while (!condition()) await new Promise((resolve) => requestAnimationFrame(resolve));
}

export const slowUrl = () => () => {
  calls += 1;
  return new Promise((resolve) => (resolveUrl = resolve));
};
export const answerUrl = (url) => resolveUrl(url);
export const urlCalls = () => calls;
