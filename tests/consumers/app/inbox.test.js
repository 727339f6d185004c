// For Vitest and Jest alike: what somebody who uses the hook would test of the application.

import { createElement as h } from "react";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { fakeServer } from "inbox-socket/testing";

import { Inbox } from "./src/inbox.js";

const runner = typeof jest === "undefined" ? vi : jest;

// React tells what it thinks of a test there.
beforeEach(() => void runner.spyOn(console, "error"));
afterEach(() => expect(console.error).not.toHaveBeenCalled());

const conversation = (id) => within(screen.getByRole("region", { name: `Conversation ${id}` }));
const shows = (id, text) => conversation(id).findByText(text);

describe("without a server", () => {
  test("mounting the hook neither crashes nor hangs", async () => {
    // Nobody listens there.
    history.replaceState(null, "", "?socket=ws://127.0.0.1:9/");
    render(h(Inbox));
    await shows(1, "connecting");
    // Jest's jsdom lacks what the core needs; it says so, and that is all.
    await shows(1, /^Connection error|^Unable to load/);
    cleanup();
  });
});

describe("with a fake server", () => {
  let server;
  beforeEach(() => {
    history.replaceState(null, "", "?socket=ws://chat.example/");
    server = fakeServer();
  });
  afterEach(() => server.restore());

  test("a message is shown in its conversation", async () => {
    render(h(Inbox));
    const connection = await act(() => server.connection());
    act(() => connection.send({ conversation_id: 2, message: "Hi" }));
    conversation(2).getByText("Hi");
    expect(conversation(1).queryByText("Hi")).toBe(null);
    expect(server.attempts).toEqual(["ws://chat.example/"]);
  });

  test("a message is sent, delivered and comes back", async () => {
    render(h(Inbox));
    const connection = await act(() => server.connection());
    fireEvent.click(conversation(1).getByRole("button"));
    const frame = await act(() => connection.received({ conversation_id: 1 }));
    expect(frame).toEqual({
      conversation_id: 1, message: "Hello from 1", type: "TEXT",
    });
    conversation(1).getByText("Hello from 1");
  });

  test("a dropped connection comes back, without waiting for it", async () => {
    render(h(Inbox));
    const connection = await act(() => server.connection());
    act(() => connection.drop());
    conversation(1).getByText("Connection lost - reconnecting in background...");
    await act(() => server.advance(600));
    conversation(1).getByText("connected");
  });

  test("the runner's own fake timers move it as well", async () => {
    runner.useFakeTimers();
    render(h(Inbox));
    const connection = await act(() => server.connection());
    conversation(1).getByText("connected");
    act(() => connection.drop());
    await act(() => runner.advanceTimersByTimeAsync(600));
    conversation(1).getByText("connected");
    cleanup();
    runner.useRealTimers();
  });
});
