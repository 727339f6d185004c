declare global {
  /** The frames that the page has received. */
  var heard: any[];
  /** The page's latest socket. */
  var socket: WebSocket;
  /** While this is pending, the page's url() doesn't resolve. */
  var away: Promise<unknown> | undefined;
  var comeBack: (value?: unknown) => void;
  /** Shows another conversation in an example of docs/frameworks.md. */
  var show: (id: number) => void;
  /** Connects now. */
  var retry: () => void;
  /** Unmounts the component. */
  var leave: () => void;
  /** Mounts it again. */
  var enter: () => void;
  /** Gives a probe of such an example another inbox, with these options; or shows the documentation's own provider. */
  var provide: (options: { url: string } | "support") => void;
  /** The results of the probes' hooks: of the page's inbox, and of the provided one. */
  var chats: import("inbox-socket").Chat[];
  /** The number of frames that the probes have received. */
  var heardByProbes: number | undefined;
  /** Changes the token that the page's url() reads, and flushes the framework's updates. */
  var renewToken: () => void | Promise<void>;
}

export {};
