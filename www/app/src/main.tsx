import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { installNetworkSwitch } from "./network";
import "./styles/index.css";

installNetworkSwitch();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
