import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { decodeUtf8 } from "./http.ts";
import { nearby } from "./nearby.ts";

const TIMEOUT = 20_000; // milliseconds; a style sheet of a local disk takes a few
const GREETING = 2_000; // milliseconds from the load of reader.html; its script has run by then

/**
 * On file:// no engine lets a page fetch the JSON beside it, and a data script would run with the page's rights.
 * So each JSON has an inert twin, base64 text in a style sheet, that reader.html reads in a frame of its own.
 */
export const file: Source = {
  kind: "file",
  async read(path, limit) {
    const sheet = path.replace(/\.json$/, ".css");
    nearby(sheet);
    return decodeUtf8(bytesIn(await read(sheet), sheet, limit), sheet);
  },
};

let frame: Promise<HTMLIFrameElement> | undefined; // one for all sheets: opening it takes longer than reading
let last: Promise<unknown> = Promise.resolve(); // one sheet at a time, so that an answer belongs to its question

function read(sheet: string): Promise<unknown> {
  const asked = last.then(() => ask(sheet));
  last = asked.catch(() => undefined);
  return asked;
}

async function ask(sheet: string): Promise<unknown> {
  frame ??= opened().catch((error) => {
    frame = undefined; // so that the next try opens another
    throw error;
  });
  const reader = await frame;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("message", listen);
    };
    const listen = (event: MessageEvent): void => {
      if (event.source !== reader.contentWindow || !event.source) return;
      end();
      resolve(event.data);
    };
    const timer = setTimeout(() => {
      end();
      reader.remove();
      frame = undefined;
      reject(new Unreadable(sheet, "an answer within 20 seconds", "none"));
    }, TIMEOUT);
    addEventListener("message", listen);
    reader.contentWindow?.postMessage(sheet, "*"); // a local file has an opaque origin, so "*"
  });
}

function opened(): Promise<HTMLIFrameElement> {
  const reader = document.createElement("iframe");
  reader.className = "reader"; // 1 px and visibility: hidden; with `hidden` Firefox computes no style
  reader.tabIndex = -1;
  reader.title = "reads the run’s files";
  reader.ariaHidden = "true";
  reader.src = "reader.html";
  return new Promise((resolve, reject) => {
    const listen = (event: MessageEvent): void => {
      if (!event.source || event.source !== reader.contentWindow) return;
      removeEventListener("message", listen);
      resolve(reader);
    };
    const fail = (): void => {
      removeEventListener("message", listen);
      reject(new Unreadable("reader.html", "the page’s reader of local files beside it", "nothing that answers"));
    };
    addEventListener("message", listen);
    reader.onload = () => setTimeout(fail, GREETING);
    setTimeout(fail, TIMEOUT / 2); // Firefox does not say that a frame has no file
    document.body.prepend(reader); // before the scripts, so that they find it in a page that a browser saved
  });
}

function bytesIn(data: unknown, sheet: string, limit: number): Uint8Array {
  if (data === null) throw new Missing(sheet);
  if (!(data instanceof ArrayBuffer)) throw new Unreadable(sheet, "base64 text", "something else");
  if (data.byteLength === 0) throw new Unreadable(sheet, "a style sheet that holds a run’s files", "another");
  if (data.byteLength > limit) throw new Unreadable(sheet, `at most ${limit} bytes`, String(data.byteLength));
  return new Uint8Array(data);
}
