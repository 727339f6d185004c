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

  globalThis.WebSocket = ScriptedWebSocket;
  globalThis.reportError = (error) => reports.push(error);

  const last = () => sockets.at(-1);

  return {
    count: () => sockets.length,
    url: () => last().url,
    open() {
      last().readyState = 1;
      last().onopen?.({});
    },
    close(code, reason) {
      last().readyState = 3;
      last().onclose?.(new CloseEvent("close", { code, reason }));
    },
    receive: (data) => last().onmessage?.({ data }),
    sent: () => last().sent,
    closedWith: () => last().closedWith,
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
