import { ChevronsUpDown } from "lucide-react";
import { useRef, useState } from "react";
import { useLocation } from "wouter";

import { useProjects } from "../api/queries";
import { Button } from "../ui/Button";
import { plural } from "../ui/format";
import { MenuItems } from "../ui/Menu";
import { Popover } from "../ui/Popover";
import { TextField } from "../ui/TextField";
import { projectAddress } from "./addresses";
import styles from "./ProjectSwitcher.module.css";

// More than these are found by typing.
const mostShown = 50;

/** Says which project this is, and goes to another. */
export function ProjectSwitcher({ project }: { project: string | null }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        ref={anchor}
        tone="quiet"
        className={styles["button"]}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={project === null ? "Projects: choose one" : `${project}: choose another project`}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className={styles["name"]}>{project ?? "Projects"}</span>
        <ChevronsUpDown />
      </Button>
      {open && (
        <Popover anchor={anchor} label="Projects" className={styles["list"]} onClose={() => { setOpen(false); }}>
          <Projects
            onDone={() => {
              setOpen(false);
            }}
          />
        </Popover>
      )}
    </>
  );
}

function Projects({ onDone }: { onDone: () => void }) {
  const projects = useProjects().data ?? [];
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const found = projects.filter((project) => project.name.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <TextField
        label="Find a project"
        placeholder="Find a project"
        value={text}
        onChange={setText}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key !== "Enter" || !first) return;
          navigate(projectAddress(first.name));
          onDone();
        }}
      />
      <MenuItems
        onDone={onDone}
        items={found.slice(0, mostShown).map((project) => ({
          label: project.name,
          keys: plural(project.runs, "run"),
          run: () => {
            navigate(projectAddress(project.name));
          },
        }))}
      />
      {found.length === 0 && <p className={styles["none"]}>No project has that in its name.</p>}
    </>
  );
}
