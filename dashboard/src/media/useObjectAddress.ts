import { useEffect, useState } from "react";

// Who began to load an address may still ask for it after the element is gone.
const KEPT_MS = 60_000;

/** An address of bytes that are in memory, for elements that take addresses only; null until there is one, and without bytes. */
export function useObjectAddress(bytes: Blob | null): string | null {
  const [made, setMade] = useState<{ bytes: Blob; address: string } | null>(null);
  useEffect(() => {
    if (!bytes) return undefined;
    const address = URL.createObjectURL(bytes);
    setMade({ bytes, address });
    return () => {
      setTimeout(() => {
        URL.revokeObjectURL(address);
      }, KEPT_MS);
    };
  }, [bytes]);
  // Not that of the bytes before, which would be shown for what these are.
  return made && made.bytes === bytes ? made.address : null;
}
