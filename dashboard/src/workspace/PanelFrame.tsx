import { ArrowLeft, ArrowRight, Copy, GripVertical, Maximize2, MoreHorizontal, MoveHorizontal, Pencil, Trash2 } from "lucide-react";
import { memo } from "react";

import { classes } from "../ui/classes";
import { IconButton } from "../ui/IconButton";
import { Menu, type MenuItem } from "../ui/Menu";
import type { Cell } from "./layout";
import { PanelBody } from "./PanelBody";
import styles from "./PanelFrame.module.css";
import { ResizeHandle } from "./ResizeHandle";
import { type Section, titleOf } from "./sections";
import type { PanelActions } from "./usePanelActions";
import type { PanelDrag } from "./usePanelDrag";
import type { RunView } from "./view";

const headHeight = 32;
const bodyPadding = 8;

/** Properties of a `PanelFrame`. */
export interface PanelFrameProps {
  project: string;
  cell: Cell;
  section: Section;
  sections: Section[];
  runs: RunView[];
  actions: PanelActions;
  drag: PanelDrag;
  boardWidth: number;
}

/** A panel with its title and what can be done with it. */
export const PanelFrame = memo(function PanelFrame({ project, cell, section, sections, runs, actions, drag, boardWidth }: PanelFrameProps) {
  const { panel } = cell;
  const title = titleOf(panel);
  const next = section.panels[section.panels.indexOf(panel) + 1]?.id;
  const dropping = drag.drop?.section === section.name && drag.drop.before === panel.id;
  const last = drag.drop?.section === section.name && drag.drop.before === null && next === undefined;
  return (
    <section
      aria-label={title}
      data-panel={panel.id}
      data-in={section.name}
      data-next={next}
      className={classes(
        styles["panel"],
        drag.dragging === panel.id && styles["dragged"],
        dropping && styles["before"],
        last && styles["after"],
      )}
      style={{ left: cell.left, width: cell.width, height: cell.height }}
    >
      <header className={styles["head"]}>
        <button
          type="button"
          className={styles["grip"]}
          aria-label={`Move ${title}: arrow keys, or drag`}
          onPointerDown={(event) => {
            drag.begin(panel.id, event);
          }}
          onKeyDown={(event) => {
            const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            actions.moveBy(section, panel, by);
          }}
        >
          <GripVertical />
        </button>
        <h3
          className={styles["title"]}
          title={title}
          onDoubleClick={() => {
            actions.full(panel);
          }}
        >
          {title}
        </h3>
        <span className={styles["actions"]}>
          <IconButton small label={`Full screen: ${title}`} icon={<Maximize2 />} onClick={() => { actions.full(panel); }} />
          <IconButton small label={`Edit ${title}`} icon={<Pencil />} onClick={() => { actions.edit(panel); }} />
          <Menu label={`More for ${title}`} align="end" icon={<MoreHorizontal />} button={{ small: true }} items={menuItems(cell, section, sections, actions)} />
        </span>
      </header>
      <PanelBody
        project={project}
        config={panel}
        runs={runs}
        settings={section.settings}
        width={cell.width - 2 * bodyPadding - 2}
        height={cell.height - headHeight - bodyPadding - 2}
        fullScreen={false}
        onChange={(after) => {
          actions.change(panel, after);
        }}
      />
      <ResizeHandle panel={panel} title={title} boardWidth={boardWidth} onResize={(columns, steps) => { actions.resizeBy(panel, columns, steps); }} />
    </section>
  );
}, samePanel);

function menuItems({ panel }: Cell, section: Section, sections: Section[], actions: PanelActions): MenuItem[] {
  const others = sections.filter((each) => each !== section);
  return [
    { label: "Move left", icon: <ArrowLeft />, run: () => { actions.moveBy(section, panel, -1); } },
    { label: "Move right", icon: <ArrowRight />, run: () => { actions.moveBy(section, panel, 1); } },
    { label: "Wider", icon: <MoveHorizontal />, stay: true, run: () => { actions.resizeBy(panel, 1, 0); } },
    { label: "Narrower", icon: <MoveHorizontal />, stay: true, run: () => { actions.resizeBy(panel, -1, 0); } },
    ...(others.length > 0 && others.length <= 12 ? (["-"] as const) : []),
    ...(others.length <= 12
      ? others.map((each) => ({ label: `To ${each.name}`, run: () => { actions.moveTo(panel.id, each.name, null); } }))
      : []),
    "-",
    { label: "Duplicate", icon: <Copy />, run: () => { actions.duplicate(section, panel); } },
    { label: "Remove", icon: <Trash2 />, danger: true, run: () => { actions.remove(panel); } },
  ];
}

// The pointer moves all the time while a panel is dragged; only the panels that it concerns are drawn again.
function samePanel(a: PanelFrameProps, b: PanelFrameProps): boolean {
  const { drag: before, ...restA } = a;
  const { drag: after, ...restB } = b;
  const names = Object.keys(restA) as (keyof typeof restA)[];
  if (names.some((name) => name !== "cell" && restA[name] !== restB[name])) return false;
  if (a.cell.panel !== b.cell.panel || a.cell.left !== b.cell.left || a.cell.width !== b.cell.width || a.cell.height !== b.cell.height) return false;
  return before.dragging === after.dragging && before.drop?.section === after.drop?.section && before.drop?.before === after.drop?.before;
}
