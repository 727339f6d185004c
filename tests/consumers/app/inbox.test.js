// An application's tests of a component that uses the hook, for both Vitest and Jest.

import { createElement as h } from "react";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { fakeServer } from "inbox-socket/testing";

import { Inbox } from "./src/inbox.js";

const runner = typeof jest === "undefined" ? vi : jest;

// React reports mistakes in tests through console.error.
beforeEach(() => void runner.spyOn(console, "error"));
afterEach(() => expect(console.error).not.toHaveBeenCalled());

const conversation = (id) => within(screen.getByRole("region", { name: `Conversation ${id}` }));
const shows = (id, text) => conversation(id).findByText(text);

describe("without a server", () => {
  test("mounting the hook neither crashes nor hangs", async () => {
    // No server listens at port 9.
    history.replaceState(null, "", "?socket=ws://127.0.0.1:9/");
    render(h(Inbox));
    await shows(1, "connecting");
    // Jest's jsdom lacks the APIs that the core needs, so it shows an error and continues.
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

  test("a message is sent, delivered and echoed", async () => {
    render(h(Inbox));
    const connection = await act(() => server.connection());
    fireEvent.click(conversation(1).getByRole("button"));
    const frame = await act(() => connection.received({ conversation_id: 1 }));
    expect(frame).toEqual({
      conversation_id: 1,
      message: "Hello from 1",
      type: "TEXT",
    });
    conversation(1).getByText("Hello from 1");
  });

  test("a dropped connection reconnects without a real wait", async () => {
    render(h(Inbox));
    const connection = await act(() => server.connection());
    act(() => connection.drop());
    conversation(1).getByText("Connection lost - reconnecting in background...");
    await act(() => server.advance(600));
    conversation(1).getByText("connected");
  });

  test("the runner's own fake timers drive the reconnection too", async () => {
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
