import styles from "./ChartSkeleton.module.css";

/** Stands where a chart will be while its first points are on their way. `label` is read out. */
export function ChartSkeleton({ label }: { label: string }) {
  return (
    <div role="status" className={styles["skeleton"]}>
      <span className="visually-hidden">{label}</span>
    </div>
  );
}
