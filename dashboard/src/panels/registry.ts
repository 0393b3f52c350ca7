/** The kinds of panels there are. To add one: write its file beside this one and list it here. */

import type { Key } from "../api/types";
import type { PanelKind } from "../workspace/view";

import { linePanel } from "./line";
import { scatterPanel } from "./scatter";
import { parallelPanel } from "./parallel";
import { histogramPanel } from "./histogram";
import { barPanel } from "./bar";
import { mediaKinds } from "./mediaKinds";

/** All kinds, in the order in which the dialog that adds panels offers them; the first that accepts a key is its automatic one. */
export const panelKinds: PanelKind[] = [linePanel, scatterPanel, barPanel, parallelPanel, histogramPanel, ...mediaKinds];

/** The kind of that name, if there is one. */
export function panelKind(kind: string): PanelKind | undefined {
  return panelKinds.find((each) => each.kind === kind);
}

/** The kind of the panel that is made for a key without being asked. */
export function automaticKind(key: Key): PanelKind | undefined {
  return panelKinds.find((each) => each.automatic && each.accepts(key));
}
