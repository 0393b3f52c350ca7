import { useState } from "react";
import { Check, Copy } from "lucide-react";

import { classes } from "./classes";
import styles from "./CopySnippet.module.css";
import { IconButton } from "./IconButton";

/** Code with a button that copies it. `inline` for one line among others. */
export function CopySnippet({ code, label = "Copy", inline }: { code: string; label?: string; inline?: boolean }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await copyText(code);
    setCopied(true);
    setTimeout(() => {
      setCopied(false);
    }, 1_500);
  }
  return (
    <div className={classes(styles["snippet"], inline && styles["inline"])}>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <IconButton small label={copied ? "Copied" : label} icon={copied ? <Check /> : <Copy />} onClick={() => void copy()} />
    </div>
  );
}

/** Put text on the clipboard, also where the page is not in a secure context (a LAN address). */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext && "clipboard" in navigator) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  // Deprecated, and the only way outside a secure context.
  document.execCommand("copy");
  area.remove();
}
