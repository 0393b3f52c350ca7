import { Suspense } from "react";
import { Link, Route, Router, Switch, useParams } from "wouter";

import { useFreshness } from "../api/freshness";
import { EmptyState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { Toasts } from "../ui/Toasts";
import { Boundary } from "./Boundary";
import { decode, useRawLocation, useRawSearch } from "./location";
import { ArtifactsPage, ComparePage, HomePage, RunPage, TablePage, WorkspacePage } from "./pages";
import { Shell } from "./Shell";

/** The dashboard: the bar, and the page of the address. */
export function App() {
  useFreshness();
  return (
    <Router hook={useRawLocation} searchHook={useRawSearch}>
      <Shell>
        <Boundary>
          <Suspense fallback={<Spinner centred label="Loading the page" />}>
            <Switch>
              <Route path="/" component={HomePage} />
              <Route path="/p/:project">
                <InProject page={(project) => <WorkspacePage key={project} project={project} />} />
              </Route>
              <Route path="/p/:project/table">
                <InProject page={(project) => <TablePage key={project} project={project} />} />
              </Route>
              <Route path="/p/:project/compare">
                <InProject page={(project) => <ComparePage key={project} project={project} />} />
              </Route>
              <Route path="/p/:project/runs/:run/:tab?">
                <RunRoute />
              </Route>
              <Route path="/p/:project/artifacts/:name?/:version?">
                <ArtifactsRoute />
              </Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </Shell>
      <Toasts />
    </Router>
  );
}

function InProject({ page }: { page: (project: string) => React.ReactNode }) {
  const { project = "" } = useParams<{ project: string }>();
  return page(decode(project));
}

function RunRoute() {
  const { project = "", run = "", tab = "" } = useParams<{ project: string; run: string; tab?: string }>();
  return <RunPage key={`${project}/${run}`} project={decode(project)} run={decode(run)} tab={tab} />;
}

function ArtifactsRoute() {
  const { project = "", name, version } = useParams<{ project: string; name?: string; version?: string }>();
  return (
    <ArtifactsPage
      project={decode(project)}
      {...(name === undefined ? {} : { name: decode(name) })}
      {...(version === undefined ? {} : { version: decode(version) })}
    />
  );
}

function NotFound() {
  return (
    <EmptyState title="There is no such page">
      <Link href="/">All projects</Link>
    </EmptyState>
  );
}
