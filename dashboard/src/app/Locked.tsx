import { KeyRound } from "lucide-react";

import { CopySnippet } from "../ui/CopySnippet";
import { EmptyState } from "../ui/EmptyState";

/** What a browser without the token sees. */
export function Locked() {
  return (
    <EmptyState title="This dashboard needs its token" icon={<KeyRound />}>
      <p>
        Open the address that <code>trailmark ui</code> printed when it started: it ends in <code>?token=…</code>. This browser
        then remembers it. To see the address again:
      </p>
      <CopySnippet inline code="trailmark ui" />
    </EmptyState>
  );
}
