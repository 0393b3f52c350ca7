import { Suspense } from "react";

import { Boundary } from "../app/Boundary";
import { panelKind } from "../panels/registry";
import { EmptyState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import styles from "./PanelBody.module.css";
import type { PanelProps } from "./view";

/** The inside of a panel: its kind's component, with a fault of it kept inside. */
export function PanelBody(props: PanelProps) {
  const kind = panelKind(props.config.kind);
  return (
    <div className={styles["body"]} style={{ width: props.width, height: props.height }}>
      {kind ? (
        <Boundary small>
          <Suspense fallback={<Spinner centred />}>
            <kind.View {...props} />
          </Suspense>
        </Boundary>
      ) : (
        <EmptyState small title={`This dashboard knows no panels of the kind “${props.config.kind}”`} />
      )}
    </div>
  );
}
