import { Component, type ErrorInfo, type ReactNode } from "react";

import { ErrorState } from "../ui/EmptyState";

interface BoundaryState {
  error: unknown;
}

/** Keeps a fault in a part of the page from taking the rest with it. `small` for panels. */
export class Boundary extends Component<{ children: ReactNode; small?: boolean }, BoundaryState> {
  override state: BoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    // The one place for it: a person who reports a fault can copy this from the browser's console.
    // eslint-disable-next-line no-console
    console.error(error, info.componentStack);
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorState
        error={this.state.error}
        {...(this.props.small ? { small: true } : {})}
        onRetry={() => {
          this.setState({ error: null });
        }}
      />
    );
  }
}
