import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { bundle, REACT_VERSIONS } from "../../support/bundle.mjs";
import { runInNode } from "../../support/node.mjs";
import { openPage, until } from "../../support/page.mjs";

const CONNECTING = { isConnected: false, isConnecting: true, error: null, reconnectAttempts: 0 };

for (const react of REACT_VERSIONS) {
  describe(`rendering on a server, with React ${react}`, () => {
    /** @type {{html: string, provided: string[], addedByImport: string[], addedByRendering: string[], opened: string[]}} */
    let rendered;
    let warnings = "";
    /** @type {Map<string, string>} */
    let files;
    before(async () => {
      const program = await bundle({ render: "npm/react/render.tsx" }, { react, platform: "node" });
      const { stdout, stderr } = await runInNode(program, "render.js");
      rendered = JSON.parse(stdout);
      warnings = stderr;
      files = await bundle({ page: "npm/react/hydrate.tsx" }, { react });
    });

    /** @param {import("node:test").TestContext} t */
    const open = (t) => openPage(t, { files, root: rendered.html });

    it("renders the page's first state: connecting, and no message", () => {
      assert.match(rendered.html, /nothing yet/);
      const state = /<p id="state">(.*?)<\/p>/.exec(rendered.html)?.[1].replaceAll("&quot;", '"');
      assert.deepEqual(JSON.parse(state ?? ""), CONNECTING);
    });

    it("renders the same with an inbox for each request", () => {
      assert.deepEqual(rendered.provided, [rendered.html, rendered.html]);
    });

    it("prints no warning", () => assert.equal(warnings, ""));

    it("opens nothing and adds no global, and neither does importing the package", () => {
      assert.deepEqual(rendered.opened, []);
      assert.deepEqual(rendered.addedByImport, []);
      assert.deepEqual(rendered.addedByRendering, []);
    });

    for (const strict of [false, true]) {
      it(`hydrates without an error${strict ? " under StrictMode" : ""}`, async (t) => {
        const { page, server } = await open(t);
        await page.evaluate((strict) => {
          const state = document.getElementById("state");
          const texts = [state?.textContent];
          new MutationObserver(() => texts.push(state?.textContent)).observe(/** @type {Node} */ (state), {
            characterData: true,
            subtree: true,
            childList: true,
          });
          Object.assign(globalThis, { texts, kept: state });
          hydrate({ strict });
        }, strict);
        const connection = await server.connection();
        await until(page, () => document.getElementById("state")?.textContent?.includes('"isConnected":true'));
        connection.send({ conversation_id: 1, message: "hi" });
        await until(page, () => document.getElementById("message")?.textContent === "hi");

        assert.ok(await page.evaluate(() => globalThis["kept"].isConnected), "the server's element was replaced");
        const texts = await page.evaluate(() => globalThis["texts"]);
        assert.deepEqual(
          texts.map((text) => JSON.parse(text)),
          [CONNECTING, { ...CONNECTING, isConnected: true, isConnecting: false }],
        );
        assert.equal(server.attempts.length, 1);
        await page.getByRole("button").click();
        await page.getByRole("button", { name: "1" }).waitFor();
      });
    }

    it("hydrates without an error with the inbox of a provider, and connects only that one", async (t) => {
      const { page, server } = await open(t);
      await page.evaluate(() => hydrate({ inbox: inbox.createInbox({ url: "/provided/" }) }));
      const connection = await server.connection();
      connection.send({ conversation_id: 1, message: "hi" });
      await until(page, () => document.getElementById("message")?.textContent === "hi");
      assert.deepEqual(server.attempts, ["/provided/"]);
    });

    it("hydrates without an error when the page is already connected", async (t) => {
      const { page, server } = await open(t);
      await page.evaluate(() => void inbox.subscribe(null, () => {}));
      await server.connection();
      await until(page, () => inbox.getState().isConnected);
      await page.evaluate(() => hydrate());
      await until(page, () => document.getElementById("state")?.textContent?.includes('"isConnected":true'));

      assert.equal(server.attempts.length, 1);
    });
  });
}
