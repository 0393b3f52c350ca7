/** Requests to the server: JSON in, JSON or arrays out. Owns the prefix and the errors; keeps nothing. */

import { type Arrays, decodeArrays } from "./arrays";

const prefix = "/api/v1";

/** An answer that was not what was asked for: `kind` and `message` as the server gave them. Status 0: no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Whether the server has no such thing: a project is one only once it has a run. */
export function isMissing(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** The address of something below `/api/v1`, as `<img src>` and links need it; each part is percent-encoded. */
export function address(...parts: string[]): string {
  return [prefix, ...parts.map(encodePath)].join("/");
}

/** The path of a request, from parts that are percent-encoded: `path("projects", "my project", "columns")`. */
export function path(...parts: string[]): string {
  return "/" + parts.map(encodePath).join("/");
}

/** The address of a file of a run. */
export function fileAddress(project: string, run: string, file: string): string {
  return `${prefix}${path("projects", project, "runs", run)}/files/${file.split("/").map(encodePath).join("/")}`;
}

/** Get JSON. Rejects with an `ApiError`. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return json<T>("GET", path, undefined, signal);
}

/** Post JSON, get JSON. Rejects with an `ApiError`. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return json<T>("POST", path, body, signal);
}

/** Change something that exists. Rejects with an `ApiError`. */
export function patch<T>(path: string, body: unknown): Promise<T> {
  return json<T>("PATCH", path, body);
}

/** Put something under a name. Rejects with an `ApiError`. */
export function put<T>(path: string, body: unknown): Promise<T> {
  return json<T>("PUT", path, body);
}

/** Remove something. Rejects with an `ApiError`. */
export function del<T>(path: string): Promise<T> {
  return json<T>("DELETE", path);
}

/** Ask for arrays: by POST if there is a body, else by GET. Rejects with an `ApiError`. */
export async function arrays<H = Record<string, unknown>>(
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Arrays<H>> {
  const response = await send(body === undefined ? "GET" : "POST", path, body, signal);
  return decodeArrays<H>(await response.arrayBuffer());
}

/** Get a text file below `/api/v1`. Rejects with an `ApiError`. */
export async function text(path: string, signal?: AbortSignal): Promise<string> {
  return (await send("GET", path, undefined, signal)).text();
}

async function json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(prefix + path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is `trailmark ui` still running?");
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { kind?: string; message?: string } };
    if (body.error?.message) return new ApiError(response.status, body.error.kind ?? "error", body.error.message);
  } catch {
    // Not JSON: a proxy or a crash. The status is all there is to say.
  }
  return new ApiError(response.status, "error", `The server answered ${response.status} ${response.statusText}`.trim());
}

function encodePath(part: string): string {
  return encodeURIComponent(part);
}
