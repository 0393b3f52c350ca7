import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { makeQueryClient } from "../api/queries";
import { startTheme } from "../ui/theme";
import "../ui/theme.css";
import { App } from "./App";

startTheme();

const element = document.getElementById("app");
if (!element) throw new Error("index.html has no element with the id app");

createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={makeQueryClient()}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
