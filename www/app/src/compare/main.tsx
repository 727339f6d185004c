import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Page } from "./components/Page";
import "../styles/index.css";
import "./compare.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
