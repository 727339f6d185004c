import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { eventually } from "../support/queue.mjs";
import { block, blocks } from "./blocks.mjs";
import { ChannelsRooms } from "./wires/channels.mjs";
import { Layer0 } from "./wires/layer0.mjs";
import { openWire, REACT } from "./wires/page.mjs";
import { Phoenix } from "./wires/phoenix.mjs";
import { Rooms } from "./wires/rooms.mjs";
import { SocketIo } from "./wires/socket-io.mjs";

const PAGE = "docs/migrating.md";

/**
 * The library of each section, its server, and the adapter of docs/adapters.md that the component after it needs.
 *
 * @type {{name: string, wire: () => any, adapter?: string}[]}
 */
const SECTIONS = [
  { name: "HandWritten", wire: () => new Layer0() },
  { name: "ReactUseWebSocket", wire: () => new ChannelsRooms() },
  { name: "PartySocket", wire: () => new Rooms() },
  { name: "Phoenix", wire: () => new Phoenix(), adapter: "phoenix.ts" },
  { name: "SocketIo", wire: () => new SocketIo(), adapter: "socket-io.ts" },
];

for (const { name, wire: create, adapter } of SECTIONS) {
  describe(`the components of the section ${name}`, () => {
    for (const time of ["Before", "After"]) {
      it(`${time.toLowerCase()} show the messages of their rooms, and send`, async (t) => {
        const wire = create();
        const source = `
          localStorage.setItem("token", "token-of-ana");
          ${time === "After" && adapter ? `await import("../adapters/${adapter}");` : ""}
          const { Room } = await import("./${block(PAGE, `${name}${time}.tsx`).name}");
          createRoot(document.getElementById("root")!).render(<><Room id={1} /><Room id={2} /></>);`;
        const { page } = await openWire(t, wire, { folder: "migrating", source, imports: REACT });
        await page.evaluate(() => globalThis["enter"]());
        const rooms = page.locator("section");
        for (const room of [0, 1]) {
          // Before, a message that is sent while the socket is connecting is lost.
          await eventually("the message is sent and shown", async () => {
            if (wire.stored.some(({ conversation }) => conversation === room + 1)) return true;
            await rooms.nth(room).getByRole("button").click();
            await rooms.nth(room).getByText("Hello", { exact: true }).first().waitFor({ timeout: 1_000 });
            return true;
          });
        }
        wire.post(2, "for two");
        await rooms.nth(1).getByText("for two", { exact: true }).waitFor();
        assert.equal(await rooms.nth(0).getByText("for two").count(), 0);
        assert.deepEqual(new Set(wire.stored.map(({ text }) => text)), new Set(["Hello"]));
      });
    }
  });
}

it("every block of docs/migrating.md has a test here", () => {
  const tested = SECTIONS.flatMap(({ name }) => [`${name}Before.tsx`, `${name}After.tsx`]);
  const names = blocks.filter(({ page }) => page === PAGE).map(({ name }) => name ?? "");
  assert.deepEqual(names.sort(), [...tested, "Send.tsx", "useRoomSocket.ts"].sort());
});
