import type { ReactNode } from "react";

import { Dialog } from "./Dialog";

/** A modal panel that slides in from a side, for what has no room on a narrow screen. */
export function Drawer(props: { title: string; onClose: () => void; side?: "left" | "right"; children: ReactNode }) {
  return (
    <Dialog title={props.title} onClose={props.onClose} side={props.side ?? "left"}>
      {props.children}
    </Dialog>
  );
}
