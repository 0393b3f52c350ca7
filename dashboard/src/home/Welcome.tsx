import { CopySnippet } from "../ui/CopySnippet";
import { Logo } from "../app/Logo";
import styles from "./Welcome.module.css";

const first = `import trailmark

with trailmark.init(project="first", config={"lr": 0.01}) as run:
    for step in range(100):
        run.log({"loss": 1 / (step + 1)})`;

/** What stands at home before there is a project. */
export function Welcome({ root, busy }: { root: string | undefined; busy: boolean }) {
  return (
    <div className={styles["welcome"]}>
      <Logo size={40} />
      <h1>{busy ? "Reading your runs…" : "No runs yet"}</h1>
      <p>Log something, and it appears here while the script still runs. Nothing has to be set up.</p>
      <CopySnippet code={first} />
      <p>
        A script that logs with Weights &amp; Biases needs one other line: <code>import trailmark as wandb</code>. To see what
        all this looks like:
      </p>
      <CopySnippet inline code="trailmark demo" />
      {root !== undefined && (
        <p className={styles["root"]}>
          This dashboard shows the runs in <code>{root}</code>. Those of another folder: <code>trailmark ui --root FOLDER</code>
        </p>
      )}
    </div>
  );
}
