// Runs in reader.html, an invisible frame of the page on file://. It loads style sheets and hands their bytes over.
import { bytesOf } from "../bundle/bytes.ts";
import { isPlainPath } from "../bundle/path.ts";

const MAX_CHUNKS = 1000;
const TRIES = 40; // Firefox can announce a sheet before its frame has styles; each try waits 25 ms

/** The bytes, handed over without a copy; null where there is no such sheet, false where it holds no base64. */
function post(message: ArrayBuffer | null | false): void {
  parent.postMessage(message, "*", message ? [message] : []); // a local file has an opaque origin, so "*"
}

function chunks(): string[] {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => {
    const text = style.getPropertyValue(name).trim();
    return /^["']/.test(text) ? text.slice(1, -1) : text; // half a megabyte, so no pattern searches it
  };
  const count = Number(read("--n"));
  if (!Number.isInteger(count) || count < 1 || count > MAX_CHUNKS) return [];
  return Array.from({ length: count }, (_, i) => read(`--b${i}`));
}

function answer(link: HTMLLinkElement, tries: number): void {
  const found = chunks();
  if (!found.length && tries > 0) return void setTimeout(() => answer(link, tries - 1), 25);
  link.remove(); // so that the next sheet stands alone
  try {
    post(bytesOf(found.join("")).buffer);
  } catch {
    post(false);
  }
}

function read(sheet: unknown): void {
  if (typeof sheet !== "string" || !isPlainPath(sheet) || !sheet.endsWith(".css")) {
    post(null);
    return;
  }
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.onload = () => answer(link, TRIES);
  link.onerror = () => {
    link.remove();
    post(null);
  };
  link.href = sheet;
  document.head.append(link);
}

// Over http it is not needed, so it answers no frame.
if (location.protocol === "file:" && parent !== window) {
  addEventListener("message", (event) => event.source === parent && read(event.data));
  parent.postMessage("ready", "*");
}
