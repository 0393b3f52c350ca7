/** Addresses as the browser has them. wouter decodes with decodeURI, which makes `%2525` and `%25` the same; names need the difference. */

import { useBrowserLocation, useSearch } from "wouter/use-browser-location";

/** wouter's location hook, undecoded: parameters of routes are decoded by `decode`. */
export function useRawLocation(): ReturnType<typeof useBrowserLocation> {
  const [path, navigate] = useBrowserLocation();
  return [protect(path), navigate];
}

/** wouter's search hook, undecoded, as URLSearchParams wants it. */
export function useRawSearch(): string {
  return protect(useSearch());
}

/** A part of a path as the name that it stands for; one that cannot be decoded stands for itself. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Typed by hand, with a lone percent sign.
    return part;
  }
}

function protect(text: string): string {
  return text.replaceAll("%", "%25");
}
