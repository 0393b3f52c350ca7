/** What the page lets a person do with the run of a line; charts outside of a workspace, whose runs are given, have none. */

import { createContext } from "react";

/** Actions on the runs that are drawn. */
export interface LineActions {
  hide: (run: string, name: string) => void;
  togglePin: (run: string) => void;
  isPinned: (run: string) => boolean;
}

/** The actions of the page. */
export const PageLineActions = createContext<LineActions | null>(null);
