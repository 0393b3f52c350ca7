import { CircleHelp, Search } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";

import { useStatus } from "../api/queries";
import { ApiError } from "../api/client";
import { classes } from "../ui/classes";
import { IconButton } from "../ui/IconButton";
import { artifactAddress, projectAddress, tableAddress } from "./addresses";
import { CommandPalette } from "./CommandPalette";
import { useCommands } from "./commands";
import { ConnectionBanner } from "./ConnectionBanner";
import { ConnectionSign } from "./ConnectionSign";
import { startKeyboard, useShortcut } from "./keyboard";
import { KeyboardSheet } from "./KeyboardSheet";
import { decode } from "./location";
import { Locked } from "./Locked";
import { Logo } from "./Logo";
import { ProjectSwitcher } from "./ProjectSwitcher";
import styles from "./Shell.module.css";
import { ThemeMenu } from "./ThemeMenu";

/** The bar at the top, and the page under it. */
export function Shell({ children }: { children: ReactNode }) {
  const [location, navigate] = useLocation();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const status = useStatus();
  const project = /^\/p\/([^/]+)/.exec(location)?.[1];
  const name = project === undefined ? null : decode(project);

  useEffect(startKeyboard, []);
  useShortcut({ keys: "Ctrl+k", about: "Search and commands", group: "Everywhere", whileTyping: true, run: () => { setPalette(true); } });
  useShortcut({ keys: "?", about: "This sheet", group: "Everywhere", run: () => { setSheet(true); } });
  useCommands([
    { label: "All projects", group: "Go to", run: () => { navigate("/"); } },
    { label: "Keyboard shortcuts", group: "Help", keys: "?", run: () => { setSheet(true); } },
    ...(name === null ? [] : places(name, navigate)),
  ]);
  useTitle(name);

  if (status.error instanceof ApiError && status.error.status === 401) return <Locked />;
  return (
    <div className={styles["shell"]}>
      <a className={styles["skip"]} href="#page">
        Skip to the page
      </a>
      <header className={styles["bar"]}>
        <Link href="/" className={styles["logo"]} aria-label="Trailmark: all projects">
          <Logo />
        </Link>
        <ProjectSwitcher project={name} />
        {name !== null && <ProjectTabs project={name} location={location} />}
        <div className={styles["space"]} />
        <button
          type="button"
          className={styles["search"]}
          onClick={() => {
            setPalette(true);
          }}
        >
          <Search />
          <span className={styles["word"]}>Search</span>
          <kbd>Ctrl K</kbd>
        </button>
        <ConnectionSign />
        <ThemeMenu />
        <span className={styles["wideOnly"]}>
          <IconButton label="Keyboard shortcuts" keys="?" icon={<CircleHelp />} onClick={() => { setSheet(true); }} />
        </span>
      </header>
      <ConnectionBanner />
      <main id="page" tabIndex={-1} className={styles["page"]}>
        {children}
      </main>
      {palette && <CommandPalette project={name} onClose={() => { setPalette(false); }} />}
      {sheet && <KeyboardSheet onClose={() => { setSheet(false); }} />}
    </div>
  );
}

function ProjectTabs({ project, location }: { project: string; location: string }) {
  const base = projectAddress(project);
  const tabs = [
    { label: "Workspace", href: base, here: location === base },
    { label: "Runs", href: tableAddress(project), here: /^\/p\/[^/]+\/(table|runs|compare)/.test(location) },
    { label: "Artifacts", href: artifactAddress(project), here: /^\/p\/[^/]+\/artifacts/.test(location) },
  ];
  return (
    <nav aria-label="Project" className={styles["tabs"]}>
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          href={tab.href}
          aria-current={tab.here ? "page" : undefined}
          className={classes(styles["tab"], tab.here && styles["here"])}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

function places(project: string, navigate: (to: string) => void) {
  return [
    { label: "Workspace", group: "Go to", words: "charts panels", run: () => { navigate(projectAddress(project)); } },
    { label: "Runs table", group: "Go to", run: () => { navigate(tableAddress(project)); } },
    { label: "Artifacts", group: "Go to", run: () => { navigate(artifactAddress(project)); } },
  ];
}

function useTitle(project: string | null) {
  useEffect(() => {
    document.title = project === null ? "Trailmark" : `${project} · Trailmark`;
  }, [project]);
}
