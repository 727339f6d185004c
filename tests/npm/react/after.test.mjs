import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

const message = (seq) => ({ conversation_id: 1, seq, message: `${seq}`, type: "TEXT", message_id: seq });

withEachReact("a component with `after`", (open) => {
  it("receives what lies behind the number before anything newer", async (t) => {
    const { page, server } = await open(t);
    server.answersHello = false;
    await page.evaluate(() => show({ a: { id: 1, after: 1, reads: ["lastMessage"] } }, { strict: true }));
    const connection = await server.connection();
    await connection.next();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: { 1: 3 } });
    const { action, after, id } = await connection.next();
    assert.deepEqual([action, after], ["sync", { 1: 1 }]);
    connection.send(message(4));
    const messages = [message(2), message(3), message(4)];
    connection.send({
      action: "sync_response",
      id,
      messages,
      heads: { 1: 4 },
      has_more: false,
      complete: true,
      floors: {},
    });
    connection.send(message(5));
    await until(page, () => probe("a").heard.length === 4);
    const texts = await page.evaluate(() => probe("a").heard.map(({ message }) => message));
    assert.deepEqual(texts, ["2", "3", "4", "5"]);
    assert.equal(await page.evaluate(() => probe("a").shown.lastMessage?.message), "5");
  });
});
