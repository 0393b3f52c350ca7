import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";

import { makeQueryClient } from "../api/queries";
import { Toasts } from "../ui/Toasts";

/** Draw a page at an address as the application would, in a browser that remembers nothing. */
export function renderPage(page: ReactNode, address: string): void {
  localStorage.clear();
  window.history.replaceState(null, "", address);
  render(
    <QueryClientProvider client={makeQueryClient()}>
      {page}
      <Toasts />
    </QueryClientProvider>,
  );
}
