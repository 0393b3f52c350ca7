import { useRef, useState } from "react";
import { ListFilter } from "lucide-react";

import type { State } from "../api/types";
import { Button } from "../ui/Button";
import { Popover } from "../ui/Popover";
import { Select } from "../ui/Select";
import { Tag } from "../ui/Tag";
import { TextField } from "../ui/TextField";
import { type TableColumn } from "./columns";
import { type Condition, OPERATORS, takesValue } from "./conditions";
import styles from "./FilterBar.module.css";

/** Properties of a `FilterButton`. */
export interface FilterButtonProps {
  columns: TableColumn[];
  /** The column to begin with, when it was opened from a column's head; a new object opens it again. */
  start: { field: string } | null;
  onAdd: (condition: Condition) => void;
  onClose: () => void;
}

/** A button that opens a small form for one more condition. */
export function FilterButton({ columns, start, onAdd, onClose }: FilterButtonProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  const open = opened || start !== null;
  const close = () => {
    setOpened(false);
    onClose();
  };
  return (
    <>
      <Button
        ref={anchor}
        icon={<ListFilter />}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          if (open) close();
          else setOpened(true);
        }}
      >
        Filter
      </Button>
      {open && (
        <Popover anchor={anchor} label="Add a filter" onClose={close}>
          <FilterForm
            key={start?.field ?? ""}
            columns={columns}
            field={start?.field ?? ""}
            onAdd={(condition) => {
              onAdd(condition);
              close();
            }}
          />
        </Popover>
      )}
    </>
  );
}

function FilterForm({ columns, field, onAdd }: { columns: TableColumn[]; field: string; onAdd: (condition: Condition) => void }) {
  const [condition, setCondition] = useState<Condition>({ field: field || "state", operator: "=", value: firstValue(field || "state") });
  const source = { run: "Run", config: "Config", summary: "Summary" } as const;
  const known = columns.some((column) => column.name === condition.field);
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        onAdd(condition);
      }}
    >
      <Select
        label="Column"
        labelled
        value={condition.field}
        options={[
          ...(known ? [] : [{ value: condition.field, label: condition.field }]),
          ...columns.map((column) => ({ value: column.name, label: column.label, group: source[column.source] })),
        ]}
        onChange={(next) => {
          setCondition({ ...condition, field: next, value: firstValue(next) });
        }}
      />
      <Select
        label="Comparison"
        labelled
        value={condition.operator}
        options={OPERATORS.map(({ operator, label }) => ({ value: operator, label }))}
        onChange={(next) => {
          const chosen = OPERATORS.find(({ operator }) => operator === next);
          if (chosen !== undefined) setCondition({ ...condition, operator: chosen.operator });
        }}
      />
      {takesValue(condition.operator) && condition.field === "state" && (
        <Select
          label="Value"
          labelled
          value={condition.value}
          options={STATES.map((state) => ({ value: state, label: state }))}
          onChange={(value) => {
            setCondition({ ...condition, value });
          }}
        />
      )}
      {takesValue(condition.operator) && condition.field !== "state" && (
        <TextField
          label="Value"
          labelled
          value={condition.value}
          placeholder="0.1, true, text"
          data-autofocus
          onChange={(value) => {
            setCondition({ ...condition, value });
          }}
        />
      )}
      <Button type="submit" tone="primary">
        Add
      </Button>
    </form>
  );
}

const STATES: readonly State[] = ["running", "finished", "failed", "crashed", "preempted"];

/** What the value of a condition on a field is before one chooses. */
function firstValue(field: string): string {
  return field === "state" ? "finished" : "";
}

/** The conditions in force, each with a cross. */
export function FilterChips({ conditions, onChange }: { conditions: Condition[]; onChange: (conditions: Condition[]) => void }) {
  return (
    <>
      {conditions.map((condition, index) => (
        <Tag
          key={index}
          tone="accent"
          removeLabel={`Remove the filter on ${condition.field}`}
          onRemove={() => {
            onChange(conditions.filter((_, other) => other !== index));
          }}
        >
          {describe(condition)}
        </Tag>
      ))}
    </>
  );
}

function describe({ field, operator, value }: Condition): string {
  const words = OPERATORS.find((known) => known.operator === operator)?.label ?? operator;
  return `${field.replace(/^(config|summary)\./, "")} ${words}${takesValue(operator) ? ` ${value}` : ""}`;
}
