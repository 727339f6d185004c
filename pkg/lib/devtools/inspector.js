// The inspector's content, rendered from the current state of the connection.

import { createElement as h, memo, useContext, useEffect, useId, useMemo, useReducer, useRef, useState } from "react";

import { client } from "../client.js";
import { describe } from "../diagnosis/frame.js";
import { inspect } from "../diagnosis/inspect.js";
import { pendingIn } from "../pending.js";
import { Provided } from "../provided.js";
import { Recorder } from "./recorder.js";

// In ms. Often enough for a countdown, and cheap for the page.
const REDRAWN_EVERY = 250;

// Maximum length of a shown frame, in characters.
const SHOWN = 2_000;

/** @param {{defaultOpen: boolean}} props */
export function Inspector({ defaultOpen }) {
  const [isOpen, setOpen] = useState(defaultOpen);
  const inbox = useContext(Provided) ?? client();
  const recorder = useMemo(() => new Recorder(inbox), [inbox]);
  const [, redraw] = useReducer((count) => count + 1, 0);
  const toggle = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const id = useId();
  const inspection = inspect(inbox);
  const isMoving = isOpen || inspection.nextAttemptIn !== null;

  useEffect(() => recorder.start(redraw), [recorder]);
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(redraw, REDRAWN_EVERY);
    return () => clearInterval(timer);
  }, [isMoving]);

  const close = (event) => {
    if (event.key !== "Escape" || !isOpen) return;
    setOpen(false);
    toggle.current?.focus();
  };

  return h(
    "section",
    { className: "inspector", "aria-label": "inbox-socket", onKeyDown: close },
    isOpen &&
      h(
        "div",
        { className: "content", id },
        h(Connection, { inbox, inspection, address: recorder.address }),
        h(Frames, { frames: recorder.frames }),
        h(Queue, { queue: inspection.queue }),
        inbox.options.persist && h(Kept, { kept: pendingIn(inbox) }),
        h(Listeners, { listeners: inspection.listeners }),
        h(Counters, { inbox }),
      ),
    h(
      "button",
      {
        className: "toggle",
        ref: toggle,
        "aria-expanded": isOpen,
        "aria-controls": isOpen ? id : undefined,
        onClick: () => setOpen(!isOpen),
      },
      h("span", { className: "light", "data-phase": inspection.phase }),
      h("span", null, "inbox-socket"),
      h("span", { className: "phase" }, phaseOf(inspection)),
    ),
  );
}

/** @typedef {import("../diagnosis/inspect.js").Inspection} Inspection */
/** @typedef {import("../diagnosis/observe.js").Client} Client */

/** @param {Inspection} inspection */
function phaseOf({ phase, nextAttemptIn }) {
  return nextAttemptIn === null ? phase : `${phase} ${seconds(nextAttemptIn)}`;
}

/** @type {Record<string, string>} */
const LAYERS = {
  asked: "negotiating",
  silent: "no answer to hello yet",
  plain: "plain: no acknowledgements",
  acknowledging: "acknowledges messages",
  foreign: "its own wire",
};

/** @param {{inbox: Client, inspection: Inspection, address: string}} props */
function Connection({ inbox, inspection: { phase, nextAttemptIn, layer }, address }) {
  const { error, reconnectAttempts } = inbox.getState();
  const { role, followers } = inbox.getStats() ?? {};
  return h(
    "div",
    { className: "connection" },
    h(
      "dl",
      null,
      h(Pair, { name: "State" }, h("span", { role: "status" }, phase)),
      h(Pair, { name: "Next attempt" }, nextAttemptIn === null ? "none" : `in ${seconds(nextAttemptIn)}`),
      h(Pair, { name: "Reconnect attempts" }, reconnectAttempts),
      h(Pair, { name: "Address" }, role === "follower" ? "through another tab" : address || "unknown"),
      h(Pair, { name: "Server" }, layer === null ? "not connected" : LAYERS[layer]),
      role !== undefined &&
        h(
          Pair,
          { name: "Among the tabs" },
          followers ? `${role} of ${followers} other${followers === 1 ? "" : "s"}` : role,
        ),
      error !== null && h(Pair, { name: "Error" }, error),
    ),
    phase !== "connected" && phase !== "idle" && h("button", { onClick: () => inbox.retry() }, "Connect now"),
  );
}

/** @param {{frames: Recorder["frames"]}} props */
function Frames({ frames }) {
  return h(
    Section,
    { title: "Frames", count: frames.length, open: true, empty: "No frames yet." },
    h(
      "ol",
      null,
      frames.map((frame) => h(Frame, { key: frame.id, frame })),
    ),
  );
}

const Frame = memo(
  /** @param {{frame: Recorder["frames"][number]}} props */ ({ frame: { at, direction, data } }) => {
    const { summary, size, value } = describe(data);
    const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? String(value));
    return h(
      "li",
      null,
      h(
        "details",
        null,
        h(
          "summary",
          null,
          h(
            "span",
            { role: "img", "aria-label": direction === "in" ? "received" : "sent" },
            direction === "in" ? "←" : "→",
          ),
          h("span", { className: "what" }, summary),
          h("span", { className: "aside" }, `${size} ch · ${at.toTimeString().slice(0, 8)}`),
        ),
        h("pre", { tabIndex: 0 }, text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text),
      ),
    );
  },
);

/** @param {{queue: Inspection["queue"]}} props */
function Queue({ queue }) {
  return h(Messages, {
    title: "Queue",
    empty: "The queue is empty.",
    rows: queue.map(({ text, isUnderWay }) => ({
      what: `${describe(text).summary}: ${preview(JSON.parse(text))}`,
      aside: isUnderWay ? "in flight" : "waiting",
    })),
  });
}

/** What `persist` keeps. @param {{kept: readonly import("../../index.js").PendingMessage[]}} props */
function Kept({ kept }) {
  return h(Messages, {
    title: "Kept messages",
    empty: "No message waits or has failed.",
    rows: kept.map((message) => ({
      what: preview(message),
      aside: `${message.state}, ${message.durable ? "in storage" : "not in storage"}`,
    })),
  });
}

/** @param {{title: string, empty: string, rows: {what: string, aside: string}[]}} props */
function Messages({ title, empty, rows }) {
  return h(
    Section,
    { title, count: rows.length, open: true, empty },
    h(
      "ol",
      null,
      rows
        .slice(0, 50)
        .map(({ what, aside }, at) =>
          h(
            "li",
            { className: "row", key: at },
            h("span", { className: "what" }, what),
            h("span", { className: "aside" }, aside),
          ),
        ),
    ),
    rows.length > 50 && h("p", null, `… and ${rows.length - 50} more`),
  );
}

/** @param {{listeners: Inspection["listeners"]}} props */
function Listeners({ listeners }) {
  const count = listeners.reduce((sum, { count }) => sum + count, 0);
  return h(
    Section,
    { title: "Listeners", count, open: false, empty: "No listeners." },
    h(
      "dl",
      null,
      listeners.map(({ conversation, count }) =>
        h(
          Pair,
          {
            key: JSON.stringify(conversation),
            name: conversation === null ? "every conversation" : `conversation ${JSON.stringify(conversation)}`,
          },
          count,
        ),
      ),
    ),
  );
}

/** @param {{inbox: Client}} props */
function Counters({ inbox }) {
  const stats = Object.entries(inbox.getStats() ?? {});
  return h(
    Section,
    { title: "Counters", count: null, open: false, empty: "The core is not loaded yet." },
    stats.length > 0 &&
      h(
        "dl",
        null,
        stats.map(([name, value]) => h(Pair, { key: name, name }, String(value))),
      ),
  );
}

/**
 * @param {{title: string, count: number | null, open: boolean, empty: string, children?: any}} props
 */
function Section({ title, count, open, empty, children }) {
  const isEmpty = count === 0 || (count === null && !children);
  return h(
    "details",
    { open },
    h("summary", null, title, count !== null && h("span", { className: "count" }, ` ${count}`)),
    isEmpty ? h("p", null, empty) : children,
  );
}

/** @param {{name: string, children?: any}} props */
function Pair({ name, children }) {
  return h("div", { className: "row" }, h("dt", null, name), h("dd", null, children));
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @param {{message?: unknown}} frame */
function preview(frame) {
  const { message } = Object(frame);
  return (typeof message === "string" ? message : JSON.stringify(frame)).slice(0, 80);
}
