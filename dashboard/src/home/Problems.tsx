import { TriangleAlert } from "lucide-react";

import type { Status } from "../api/types";
import { plural } from "../ui/format";
import styles from "./Problems.module.css";

const shownAtOnce = 3;

/** What could not be read, in the server's words. */
export function Problems({ problems }: { problems: Status["problems"] }) {
  if (problems.length === 0) return null;
  const rest = problems.slice(shownAtOnce);
  return (
    <section className={styles["problems"]} aria-label="Problems">
      <TriangleAlert />
      <div>
        <Lines problems={problems.slice(0, shownAtOnce)} />
        {rest.length > 0 && (
          <details>
            <summary>{plural(rest.length, "more problem")}</summary>
            <Lines problems={rest} />
          </details>
        )}
      </div>
    </section>
  );
}

function Lines({ problems }: { problems: Status["problems"] }) {
  return (
    <ul>
      {problems.map((problem) => (
        <li key={problem.where + problem.message}>
          <strong>{problem.where}</strong> {problem.message}
        </li>
      ))}
    </ul>
  );
}
