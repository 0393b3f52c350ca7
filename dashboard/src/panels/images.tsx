import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { LoggedObject } from "../api/types";
import { overlayChoice, scoreRanges } from "../media/boxes";
import { type FullImage, ImageFullView } from "../media/ImageFullView";
import { ImageGrid, type GridImage } from "../media/ImageGrid";
import { ImageTools } from "../media/ImageTools";
import { hasOverlays, overlayMeta, type Overlays, overlaysQuery } from "../media/overlays";
import { type ImageRecord, recordsOf } from "../media/records";
import { StepSlider } from "../media/StepSlider";
import { useObjects, useSteps } from "../media/useObjects";
import { useStep } from "../media/useStep";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import type { PanelProps, RunView } from "../workspace/view";
import styles from "./media.module.css";

const MOST_LOOKED_INTO = 60; // images whose boxes and masks are read to know which classes there are

/** Images of several runs side by side, with their boxes and masks, at one step. */
export function ImagesPanel({ project, config, runs, onChange }: PanelProps) {
  const choice = useStep(config, onChange);
  const ids = runs.map((run) => run.id);
  const steps = useSteps(project, ids, config.keys);
  const objects = useObjects(project, ids, config.keys, choice.step);
  const overlay = useMemo(() => overlayChoice(config.options["overlays"]), [config.options]);
  const [open, setOpen] = useState<number | null>(null);
  const images = useMemo(() => imagesOf(project, objects.data ?? [], runs, config.keys.length > 1), [project, objects.data, runs, config.keys.length]);
  const withOverlays = images.filter(({ record }) => hasOverlays(record)).slice(0, MOST_LOOKED_INTO);
  const loaded = useQueries({ queries: withOverlays.map(({ home, record }) => overlaysQuery(home, record)) });
  const meta = overlayMeta(loaded.flatMap((each): Overlays[] => (each.data ? [each.data] : [])), scoreRanges);
  const set = (options: Record<string, unknown>): void => {
    onChange({ ...config, options: { ...config.options, ...options } });
  };

  return (
    <div className={styles["panel"]}>
      <div className={styles["area"]}>
        {objects.isPending && runs.length > 0 && <Spinner label="Loading images" centred />}
        {objects.isError && !objects.data && <ErrorState error={objects.error} onRetry={() => void objects.refetch()} small />}
        {(runs.length === 0 || objects.isSuccess) && images.length === 0 && (
          <EmptyState title={runs.length === 0 ? "No runs are shown" : "No images here"} small>
            {choice.step !== null ? "None of these runs logged one up to this step." : undefined}
          </EmptyState>
        )}
        <ImageGrid images={images} choice={overlay} options={config.options} onOpen={setOpen} />
      </div>
      <div className={styles["bar"]}>
        <StepSlider steps={steps} choice={choice} />
        <ImageTools options={config.options} meta={meta} choice={overlay} several={runs.length > 1} onOptions={set} />
      </div>
      {open !== null && (
        <ImageFullView
          images={images.map((image): FullImage => ({ home: image.home, record: image.record, title: `${image.run.name}, step ${image.step}` }))}
          at={Math.min(open, images.length - 1)}
          choice={overlay}
          onChoice={(overlays) => { set({ overlays }); }}
          onMove={setOpen}
          onClose={() => { setOpen(null); }}
        />
      )}
    </div>
  );
}

function imagesOf(project: string, objects: readonly LoggedObject[], runs: readonly RunView[], withKey: boolean): GridImage[] {
  return runs.flatMap((run) =>
    objects
      .filter((object) => object.run === run.id)
      .flatMap((object) =>
        recordsOf<ImageRecord>(object.value, "image").map((record, index) => ({
          home: { project, run: run.id },
          record,
          run,
          index,
          step: object.step,
          key: withKey ? object.key : null,
        })),
      ),
  );
}
