/** What can be set for a scatter plot, as it stands in `PanelConfig.options`. */

import type { Column } from "../api/types";
import { resultColumn } from "../charts/runColumns";
import type { PanelConfig } from "../workspace/view";

/** The options of a scatter plot; columns are named as in the runs table, `config.lr`. */
export interface ScatterOptions {
  x: string;
  y: string;
  /** Empty: the colours of the runs. */
  colour: string;
  /** Null: logarithmic where the values spread over two decades. */
  logX: boolean | null;
  logY: boolean | null;
}

// What most scripts vary first, and what they are judged by; a batch size or a counter of epochs says less at first sight.
const telling = /(^|[._/])(lr|learning_rate|loss|acc|accuracy|f1|auc|error|score|reward|r2)\w*$/i;

/** The options of a panel; axes that nobody chose are a number of the config and one of the summary. */
export function scatterOptions(config: PanelConfig, numbers: readonly Column[]): ScatterOptions {
  const { x, y, colour, logX, logY } = config.options;
  const most = (of: string) => {
    const found = numbers.filter((column) => column.name.startsWith(of)).sort((a, b) => b.runs - a.runs);
    return (found.find((column) => telling.test(column.name)) ?? found[0])?.name ?? "";
  };
  const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
  const key = config.keys[0];
  return {
    x: text(x, most("config.") || most("summary.")),
    y: text(y, key === undefined ? most("summary.") : resultColumn(key, numbers)),
    colour: text(colour, ""),
    logX: typeof logX === "boolean" ? logX : null,
    logY: typeof logY === "boolean" ? logY : null,
  };
}
