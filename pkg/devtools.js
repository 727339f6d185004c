"use client";
// inbox-socket/devtools: shows developers the state of the connection. Only pages that import it load it.

import { createElement, useEffect, useState } from "react";
import { createPortal } from "react-dom";

import { Inspector } from "./lib/devtools/inspector.js";
import { createStyles } from "./lib/devtools/styles.js";

/** See devtools.d.ts. */
export function InboxSocketDevtools({ position = "bottom-right", defaultOpen = false }) {
  const [host, setHost] = useState(/** @type {HTMLElement | null} */ (null));
  // Added in an effect, so that server rendering and hydration don't include it.
  useEffect(() => {
    const made = document.createElement("inbox-socket-devtools");
    made.attachShadow({ mode: "open" }).adoptedStyleSheets = [createStyles()];
    document.body.append(made);
    setHost(made);
    return () => made.remove();
  }, []);
  useEffect(() => host?.setAttribute("data-position", position), [host, position]);
  return host?.shadowRoot ? createPortal(createElement(Inspector, { defaultOpen }), host.shadowRoot) : null;
}
