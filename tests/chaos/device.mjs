// A user's browser in the storm: a browser context with its own line to the servers.

import { CountingLine } from "../support/counting-line.mjs";

export class Device {
  /** The conversations of the user who is logged in. @type {number[]} */
  conversations = [];
  /** The socket's address, if it isn't the default. @type {string | undefined} */
  url = undefined;

  /**
   * The document and script bypass the line, so that a page can be loaded while it is dark.
   *
   * @param {import("playwright-core").Browser} browser
   * @param {string} name
   * @param {{servers: import("./servers.mjs").Servers, scripts: Map<string, string>, seed: number}} setup
   */
  static async open(browser, name, { servers, scripts, seed }) {
    const line = new CountingLine(...servers.ports);
    const origin = await line.start();
    // Chromium treats a document that a route fulfils as one from the public network.
    const context = await browser.newContext({ permissions: ["local-network-access"] });
    await context.route("**/storm/*", (route) => {
      const body = scripts.get(new URL(route.request().url()).pathname);
      return route.fulfill(body === undefined ? HTML : { contentType: "text/javascript", body });
    });
    return new Device(name, { context, line, address: `${origin}/storm/page`, seed });
  }

  /**
   * @param {string} name
   * @param {{context: BrowserContext, line: CountingLine, address: string, seed: number}} setup
   * @typedef {import("playwright-core").BrowserContext} BrowserContext
   */
  constructor(name, { context, line, address, seed }) {
    this.name = name;
    this.context = context;
    this.line = line;
    this.address = address;
    this.seed = seed;
  }

  /** The WebSockets that are open at the servers. */
  get webSockets() {
    return this.line.webSockets.filter(({ isOpen }) => isOpen).length;
  }

  /**
   * Logs a user in, with a page that is loaded.
   *
   * @param {import("playwright-core").Page} page
   * @param {string} user
   * @param {import("./servers.mjs").Servers} servers
   */
  async enter(page, user, servers) {
    ({ url: this.url, conversations: this.conversations } = await servers.enter(page, user));
  }
}

const HTML = {
  contentType: "text/html",
  body: `<!doctype html><title>storm</title><link rel="icon" href="data:,">
    <script type="module" src="page.js"></script>`,
};
