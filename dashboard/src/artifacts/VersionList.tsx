import { Link } from "wouter";

import type { ArtifactVersion } from "../api/types";
import { classes } from "../ui/classes";
import { formatAgo, formatBytes, formatTime } from "../ui/format";
import { Tag } from "../ui/Tag";
import styles from "./VersionList.module.css";

/** Properties of a `VersionList`. */
export interface VersionListProps {
  /** In any order; the newest is shown first. */
  versions: ArtifactVersion[];
  chosen: string;
  addressOf: (version: string) => string;
  onChoose: (version: string) => void;
}

/** The versions of an artifact, newest first, with their aliases; arrow keys go from one to the next. */
export function VersionList({ versions, chosen, addressOf, onChoose }: VersionListProps) {
  const sorted = [...versions].sort((a, b) => b.time - a.time || b.version.localeCompare(a.version, "en", { numeric: true }));
  return (
    <nav aria-label="Versions">
      <ol
        className={styles["list"]}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by === undefined) return;
          const place = sorted.findIndex((version) => version.version === chosen) + by;
          const next = sorted[place];
          if (next === undefined) return;
          event.preventDefault();
          onChoose(next.version);
          event.currentTarget.querySelectorAll<HTMLElement>("a")[place]?.focus();
        }}
      >
        {sorted.map((version) => (
          <li key={version.version}>
            <Link
              href={addressOf(version.version)}
              aria-current={version.version === chosen ? "true" : undefined}
              className={classes(styles["version"], version.version === chosen && styles["chosen"])}
            >
              <span className={styles["name"]}>
                {version.version}
                {version.aliases.map((alias) => (
                  <Tag key={alias} tone="accent">
                    {alias}
                  </Tag>
                ))}
              </span>
              <span className={styles["facts"]}>
                <span title={formatTime(version.time, true)}>{formatAgo(version.time)}</span>
                <span>{formatBytes(version.size)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
