// A WebSocket that the test controls through the global `server`. mod.rs explains why this isn't a module.

globalThis.server = (() => {
  const sockets = [];
  const reports = [];
  let resolveUrl;
  let calls = 0;

  class ScriptedWebSocket extends EventTarget {
    OPEN = 1;
    readyState = 0;
    sent = [];
    closedWith = null;

    constructor(url, protocols) {
      super();
      this.url = url;
      this.protocols = protocols;
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

  globalThis.WebSocket = ScriptedWebSocket;
  globalThis.reportError = (error) => reports.push(error);

  // The socket that the functions below act on.
  let chosen = -1;
  const socket = () => sockets.at(chosen);

  return {
    count: () => sockets.length,
    // Counted from 0; -1, the default, is the latest.
    choose: (place) => (chosen = place),
    url: () => socket().url,
    protocols: () => socket().protocols,
    open() {
      socket().readyState = 1;
      socket().onopen?.({});
    },
    close(code, reason) {
      socket().readyState = 3;
      socket().onclose?.(new CloseEvent("close", { code, reason }));
    },
    receive: (data) => socket().onmessage?.({ data }),
    sent: () => socket().sent,
    closedWith: () => socket().closedWith,
    reported: () => reports,

    listener() {
      const frames = [];
      return Object.assign((frame) => frames.push(frame), { frames });
    },
    framesOf: (listener) => listener.frames,
    throwing: () => () => {
      throw new Error("on purpose");
    },
    leaving() {
      const leaver = (frame) => {
        leaver.frames.push(frame);
        leaver.release();
      };
      return Object.assign(leaver, { frames: [] });
    },
    leaveWith: (listener, release) => (listener.release = release),

    async until(condition) {
      while (!condition()) await new Promise((resolve) => requestAnimationFrame(resolve));
    },

    slowUrl: () => () => {
      calls += 1;
      return new Promise((resolve) => (resolveUrl = resolve));
    },
    answerUrl: (url) => resolveUrl(url),
    urlCalls: () => calls,
  };
})();
