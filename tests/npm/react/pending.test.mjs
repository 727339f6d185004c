import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

withEachReact("the member `pending`", (open) => {
  it("shows what waits in the component's conversation, after a reload as before it", async (t) => {
    const { page, server } = await open(t);
    const mount = () =>
      page.evaluate(() => {
        inbox.configure({ user: "ana", persist: true, reconnectDelays: [60_000] });
        show({ a: { id: 1, reads: ["pending"] }, b: { id: 2, reads: ["pending"] } });
      });
    const shown = (name) => page.evaluate((name) => probe(name).shown.pending?.map(({ message }) => message), name);
    await mount();
    assert.deepEqual(await shown("a"), []);
    const connection = await server.connection();
    server.mode = "refuse";
    connection.cut();
    await until(page, () => !inbox.getState().isConnected);
    const renders = await page.evaluate(() => probe("b").renders);
    await page.evaluate(() => void probe("a").chat.sendMessage(1, "hello"));
    await until(page, () => probe("a").shown.pending?.[0]?.durable);
    assert.deepEqual(await shown("b"), []);
    assert.equal(await page.evaluate(() => probe("b").renders), renders, "the other conversation was not rendered");

    await page.reload();
    await mount();
    await until(page, () => probe("a").shown.pending?.length === 1);
    assert.deepEqual([await shown("a"), await shown("b")], [["hello"], []]);
    server.mode = "accept";
    await page.evaluate(() => probe("a").chat.retry());
    assert.equal((await (await server.connection()).next()).message, "hello");
    await until(page, () => probe("a").shown.pending?.length === 0);
  });

  it("is empty without the option", async (t) => {
    const { page } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, reads: ["pending"] } }));
    assert.deepEqual(await page.evaluate(() => probe("a").shown.pending), []);
  });
});
