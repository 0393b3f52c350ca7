import { Menu } from "../ui/Menu";
import type { RunActions } from "./useRunActions";
import type { ChangeView } from "./useView";
import { mostVisible } from "./useVisibleRuns";
import { defaultLimit, type WorkspaceView } from "./view";

/** Properties of a `ShownMenu`. */
export interface ShownMenuProps {
  view: WorkspaceView;
  change: ChangeView;
  actions: RunActions;
  total: number;
}

/** Chooses how many runs are shown. */
export function ShownMenu({ view, change, actions, total }: ShownMenuProps) {
  const grouped = view.groupBy.length > 0;
  const noun = grouped ? "groups" : "runs";
  const counts = [5, 10, defaultLimit, 50, 100].filter((count) => grouped || count === defaultLimit || count < total);
  return (
    <Menu
      label="Which runs are shown"
      align="end"
      button={{ small: true, tone: "quiet" }}
      items={[
        ...counts.map((count) => ({
          label: `The first ${count} ${noun} of the list`,
          checked: view.limit === count && view.hidden.length + view.shown.length === 0,
          run: () => {
            change({ limit: count, shown: [], hidden: [] });
          },
        })),
        {
          label: total > mostVisible ? `As many as charts can take (${mostVisible})` : "All",
          checked: view.limit >= mostVisible && view.hidden.length === 0,
          run: () => {
            actions.setLimit(mostVisible);
          },
        },
        "-",
        {
          label: "None",
          run: () => {
            actions.setLimit(0);
          },
        },
        {
          label: "Archived runs too",
          checked: view.archived,
          run: () => {
            change({ archived: !view.archived });
          },
        },
      ]}
    >
      Change
    </Menu>
  );
}
