/** The pages, each loaded when it is first opened. */

import { type ComponentType, lazy } from "react";

/** Home: all projects. */
export const HomePage = lazy(async () => ({ default: (await import("../home/HomePage")).HomePage }));

/** The workspace of a project. */
export const WorkspacePage = lazy(async () => ({
  default: (await import("../workspace/WorkspacePage")).WorkspacePage,
}));

/** The runs table of a project. */
export const TablePage = lazy(async () => ({ default: (await import("../table/TablePage")).TablePage as ProjectPage }));

/** A run. */
export const RunPage = lazy(async () => ({ default: (await import("../run/RunPage")).RunPage as RunPageComponent }));

/** Runs side by side. */
export const ComparePage = lazy(async () => ({
  default: (await import("../compare/ComparePage")).ComparePage as ProjectPage,
}));

/** Artifacts. */
export const ArtifactsPage = lazy(async () => ({
  default: (await import("../artifacts/ArtifactsPage")).ArtifactsPage as ArtifactsPageComponent,
}));

/** A page about a project. */
export type ProjectPage = ComponentType<{ project: string }>;

/** The page of a run; `tab` is the last part of its address, `""` for the overview. */
export type RunPageComponent = ComponentType<{ project: string; run: string; tab: string }>;

/** The pages of artifacts: all, one (`name`), one version. */
export type ArtifactsPageComponent = ComponentType<{ project: string; name?: string; version?: string }>;
