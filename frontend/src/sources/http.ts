import { Missing, type Source, Unreadable } from "../bundle/source.ts";
import { nearby } from "./nearby.ts";

/**
 * Plain JSON over http. http.server sends no Cache-Control and compares whole seconds: an index that changed twice in
 * one second would look unchanged, so it is always fetched whole. Other files never change and are revalidated.
 */
export const http: Source = {
  kind: "http",
  async read(path, limit) {
    const response = await fetch(nearby(path), {
      cache: /index(-\d+)?\.json$/.test(path) ? "no-store" : "no-cache",
      credentials: "same-origin",
      redirect: "manual", // none is followed; where one leads is not the file
    }).catch(() => {
      throw new Unreadable(path, "an answer from the server", "none");
    });
    if (response.status === 404 || response.status === 410) throw new Missing(path);
    if (response.type === "opaqueredirect") throw new Missing(path, "a redirect");
    if (response.status === 401 || response.status === 403) throw new Missing(path, `status ${response.status}`);
    if (response.ok && response.headers.get("content-type")?.includes("html")) throw new Missing(path, "a web page");
    if (!response.ok) throw new Unreadable(path, "the file", `status ${response.status}`);
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > limit) throw new Unreadable(path, `at most ${limit} bytes`, `${declared}`);
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > limit) throw new Unreadable(path, `at most ${limit} bytes`, `${bytes.byteLength}`);
    const text = decodeUtf8(bytes, path);
    if (/^\s*</.test(text)) throw new Missing(path, "a web page"); // no JSON begins like this
    return text;
  },
};

export function decodeUtf8(bytes: ArrayBuffer | Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable(path, "UTF-8 text", "other bytes");
  }
}
