import type { ReactNode } from "react";

import styles from "./PlainTable.module.css";

/** A column of a `PlainTable`. */
export interface PlainColumn<Row> {
  title: string;
  /** Of the whole, in percent, so that tables below one another have their columns below one another. */
  width: number;
  /** Numbers stand at the right. */
  number?: boolean;
  cell: (row: Row) => ReactNode;
  /** What the cell tells when one points to it. */
  more?: (row: Row) => string;
}

/** A short list with columns that are always the same. Long ones, that are sorted and filtered, are `RunsGrid` and `DataTable`. */
export function PlainTable<Row>({ label, columns, rows, keyOf }: { label: string; columns: PlainColumn<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string }) {
  return (
    <div className={styles["scroll"]}>
      <table className={styles["table"]} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.number ? styles["number"] : undefined} style={{ width: `${column.width}%` }}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} className={column.number ? styles["number"] : undefined} title={column.more?.(row)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
