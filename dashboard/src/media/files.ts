/** Fetches logged files. Errors say in words what is missing. */

async function answer(address: string, signal?: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin", headers, ...(signal ? { signal } : {}) });
  if (response.ok) return response;
  const name = decodeURIComponent(address.split("/").pop() ?? "");
  const why = response.status === 404 ? "is not there: it is still being written, or it was lost or deleted" : `cannot be read (${response.status})`;
  throw new Error(`${name} ${why}`);
}

/** The bytes of a file. */
export async function fileBytes(address: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await answer(address, signal)).arrayBuffer();
}

/** The content of a JSON file. NaN and infinities, which Python writes and JSON has not, are null. */
export async function fileJson(address: string, signal?: AbortSignal): Promise<unknown> {
  const text = await (await answer(address, signal)).text();
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replaceAll(/(?<=[[,:]\s*)(?:NaN|-?Infinity)(?=\s*[\],}])/g, "null"));
  }
}

/** The beginning of a text file, as UTF-8, and whether it is all of it. */
export async function fileText(address: string, limitBytes: number, signal?: AbortSignal): Promise<{ text: string; whole: boolean }> {
  const response = await answer(address, signal, { range: `bytes=0-${limitBytes - 1}` });
  const bytes = await response.arrayBuffer();
  const size = Number(response.headers.get("content-range")?.split("/")[1] ?? bytes.byteLength);
  const text = new TextDecoder().decode(bytes.slice(0, limitBytes));
  const whole = size <= limitBytes && bytes.byteLength <= limitBytes;
  // A character may have been cut in two at the end.
  return { text: whole ? text : text.replace(/\ufffd+$/, ""), whole };
}
