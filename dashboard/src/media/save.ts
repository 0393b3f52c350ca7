/** Offers text as a file to keep. */
export function saveText(name: string, text: string, type = "text/plain"): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Browsers begin to read after the click; a minute is enough for any of them.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
