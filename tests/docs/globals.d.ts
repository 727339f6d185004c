declare global {
  /** What a page has heard so far. */
  var heard: any[];
  /** The page's latest socket. */
  var socket: WebSocket;
  /** While this is pending, the page finds no address to connect to. */
  var away: Promise<unknown> | undefined;
  var comeBack: (value?: unknown) => void;
  /** Shows another conversation, in a page of docs/frameworks.md. */
  var show: (id: number) => void;
  /** Connects now. */
  var retry: () => void;
  /** Takes the component away. */
  var leave: () => void;
  /** Shows it again. */
  var enter: () => void;
  /** Changes the token that the page's url() reads, and lets the framework do what follows from that. */
  var renewToken: () => void | Promise<void>;
}

export {};
