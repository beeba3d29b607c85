import { bytesOf } from "../bundle/bytes.ts";
import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { decodeUtf8 } from "./http.ts";
import { nearby } from "./nearby.ts";

const TIMEOUT = 20_000; // milliseconds; a style sheet of a local disk takes a few

/**
 * On file:// no engine lets a page fetch the JSON beside it, and a data script would run with the page's rights.
 * So each JSON has an inert twin, base64 text in a style sheet, that reader.html reads for us in a frame of its own.
 */
export const file: Source = {
  kind: "file",
  async read(path, limit) {
    const sheet = path.replace(/\.json$/, ".css");
    nearby(sheet);
    const base64 = await readSheet(sheet, limit);
    return decodeUtf8(decode(base64, sheet), sheet);
  },
};

function decode(base64: string, sheet: string): Uint8Array {
  try {
    return bytesOf(base64);
  } catch {
    throw new Unreadable(sheet, "base64 text", "something else");
  }
}

function readSheet(sheet: string, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    frame.className = "reader"; // 1 px and visibility: hidden; with `hidden` Firefox computes no style
    frame.tabIndex = -1;
    frame.title = "reads the run’s files";
    frame.ariaHidden = "true";
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      removeEventListener("message", listen);
      frame.remove();
      settle();
    };
    const listen = (event: MessageEvent): void => {
      if (event.source !== frame.contentWindow || !event.source) return;
      finish(() => answer(event.data as unknown, sheet, limit, resolve, reject));
    };
    const timer = setTimeout(() => finish(() => reject(new Unreadable(sheet, "an answer within 20 seconds", "none"))), TIMEOUT);
    addEventListener("message", listen);
    frame.src = `reader.html?sheet=${sheet}`;
    document.body.append(frame);
  });
}

function answer(data: unknown, sheet: string, limit: number, resolve: (text: string) => void, reject: (error: Error) => void): void {
  if (data === null) return reject(new Missing(sheet));
  if (!Array.isArray(data) || !data.every((chunk) => typeof chunk === "string")) return reject(new Unreadable(sheet, "chunks of text", "something else"));
  const size = data.reduce((sum, chunk: string) => sum + chunk.length, 0);
  if (size === 0) return reject(new Unreadable(sheet, "a style sheet that holds a run’s files", "another"));
  if (size > limit * 1.4) return reject(new Unreadable(sheet, `at most ${limit} bytes`, `${Math.round(size / 1.4)}`));
  resolve(data.join(""));
}
