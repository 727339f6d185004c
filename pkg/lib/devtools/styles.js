// The inspector's styles: a constructed sheet in a shadow root. It and the page's styles don't affect each other, and a
// policy that forbids inline styles allows it.

const CSS = `
:host {
  all: initial;
  --surface: #fff; --raised: #f1f3f4; --line: #d5dade; --ink: #1d2326; --soft: #57616a; --accent: #0b6e5c;
  --good: #1c8a57; --busy: #b97800; --bad: #c2341f;
  position: fixed;
  z-index: 2147483647;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --surface: #1b1f23; --raised: #272d32; --line: #3b434a; --ink: #e8ebed; --soft: #a7b0b8; --accent: #74cdb8;
    --good: #5fc08d; --busy: #efb84c; --bad: #ff8f7e;
  }
}
@media print { :host { display: none; } }

:host([data-position^="bottom"]) { bottom: max(8px, env(safe-area-inset-bottom)); }
:host([data-position^="top"]) { top: max(8px, env(safe-area-inset-top)); }
:host([data-position$="right"]) { right: 8px; }
:host([data-position$="left"]) { left: 8px; }

* { box-sizing: border-box; margin: 0; }

.inspector {
  display: flex;
  flex-direction: column;
  width: max-content;
  max-width: calc(100vw - 16px);
  max-height: min(70vh, 40rem);
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--surface);
  box-shadow: 0 4px 20px rgb(0 0 0 / 0.25);
  color: var(--ink);
  font: 13px/1.45 system-ui, sans-serif;
}
.inspector:has(.content) { width: 26rem; }
:host([data-position^="top"]) .inspector { flex-direction: column-reverse; }

.content { min-height: 0; overflow: auto; overscroll-behavior: contain; }
.content > * { padding: 8px 12px; border-bottom: 1px solid var(--line); }

button {
  padding: 4px 10px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--raised);
  color: inherit;
  font: inherit;
  cursor: pointer;
}
.connection button { margin-top: 8px; }
.toggle {
  display: flex;
  flex: none;
  gap: 8px;
  align-items: center;
  padding: 6px 12px;
  border: 0;
  border-radius: 9px;
  background: none;
  font-weight: 600;
}
.phase { margin-left: auto; color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
.light { flex: none; width: 10px; height: 10px; border: 2px solid var(--bad); border-radius: 50%; }
.light[data-phase="connected"] { border-color: var(--good); background: var(--good); }
.light:is([data-phase="loading"], [data-phase="connecting"], [data-phase="waiting"]) { border-color: var(--busy); }
.light:is([data-phase="idle"], [data-phase="ended"]) { border-color: var(--soft); }

:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }

summary { cursor: pointer; }
.content > details > summary { font-weight: 600; }
.count, dt, p, .aside { color: var(--soft); font-weight: 400; }
ol { padding: 0; list-style: none; }
dl, ol, p { margin-top: 4px; }
.row, li summary { display: flex; gap: 8px; align-items: baseline; min-height: 24px; }
.row > :first-child:not(dt) { flex: 1; }
dt { flex: none; }
dd { margin-left: auto; overflow-wrap: anywhere; text-align: right; font-variant-numeric: tabular-nums; }
.what { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.aside { flex: none; font-variant-numeric: tabular-nums; }
pre {
  max-height: 16rem;
  padding: 8px;
  overflow: auto;
  border-radius: 6px;
  background: var(--raised);
  font: 12px/1.4 ui-monospace, monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
`;

export function createStyles() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}
