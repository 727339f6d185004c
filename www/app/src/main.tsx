import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { configure } from "inbox-socket";

import { App } from "./App";
import { installNetworkSwitch } from "./network";
import "./styles/index.css";

installNetworkSwitch();

// What a user has written survives the page, and all tabs share one connection.
configure({ user: null, persist: true, share: true });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
