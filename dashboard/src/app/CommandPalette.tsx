import { useDeferredValue, useId, useMemo, useState } from "react";
import { useLocation } from "wouter";

import { useProjects, useRuns } from "../api/queries";
import { classes } from "../ui/classes";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/TextField";
import { projectAddress, runAddress } from "./addresses";
import { type Command, findCommands, useAllCommands } from "./commands";
import styles from "./CommandPalette.module.css";

const mostShown = 60;

/** Finds projects, runs and things to do by typing. */
export function CommandPalette({ project, onClose }: { project: string | null; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const found = useFound(project, useDeferredValue(text));
  const chosen = Math.min(at, found.length - 1);
  function run(command: Command | undefined) {
    if (!command) return;
    onClose();
    command.run();
  }
  return (
    <Dialog title="Search and commands" onClose={onClose}>
      <div
        className={styles["palette"]}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            setAt((chosen + by + found.length) % Math.max(1, found.length));
          }
          if (event.key === "Enter") {
            event.preventDefault();
            run(found[chosen]);
          }
        }}
      >
        <TextField
          label="Search"
          placeholder={project === null ? "A project or a command" : "A run, a project or a command"}
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
          autoFocus
          value={text}
          onChange={(next) => {
            setText(next);
            setAt(0);
          }}
        />
        <div id={id} role="listbox" aria-label="Results" className={styles["results"]}>
          {found.map((command, index) => (
            <div
              key={`${command.group} ${command.label} ${index}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              ref={index === chosen ? intoView : undefined}
              className={classes(styles["result"], index === chosen && styles["chosen"])}
              onPointerMove={() => {
                setAt(index);
              }}
              onClick={() => {
                run(command);
              }}
            >
              <span className={styles["label"]}>{command.label}</span>
              <span className={styles["group"]}>{command.group}</span>
              {command.keys && <kbd>{command.keys}</kbd>}
            </div>
          ))}
        </div>
        {found.length === 0 && <p className={styles["none"]}>Nothing has these words.</p>}
      </div>
    </Dialog>
  );
}

function useFound(project: string | null, text: string): Command[] {
  const [, navigate] = useLocation();
  const commands = useAllCommands();
  const projects = useProjects().data;
  const typed = text.trim();
  const runs = useRuns(project ?? "", { search: escapePattern(typed), limit: 20 }, project !== null && typed !== "").data?.runs;
  return useMemo(() => {
    const places: Command[] = (projects ?? []).map(({ name }) => ({
      label: name,
      group: "Project",
      run: () => {
        navigate(projectAddress(name));
      },
    }));
    const found: Command[] =
      project === null || typed === ""
        ? []
        : (runs ?? []).map((run) => ({
            label: run.name,
            group: "Run",
            words: `${run.id} ${run.tags.join(" ")} ${typed}`,
            run: () => {
              navigate(runAddress(project, run.id));
            },
          }));
    return findCommands([...commands, ...places, ...found], typed).slice(0, mostShown);
  }, [commands, projects, runs, project, typed, navigate]);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function intoView(element: HTMLElement | null) {
  element?.scrollIntoView?.({ block: "nearest" });
}
