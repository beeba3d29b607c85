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
      cache: path.endsWith("index.json") ? "no-store" : "no-cache",
      credentials: "same-origin",
      redirect: "error",
    }).catch(() => {
      throw new Unreadable(path, "an answer from the server", "none");
    });
    if (response.status === 404) throw new Missing(path);
    if (!response.ok) throw new Unreadable(path, "the file", `status ${response.status}`);
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > limit) throw new Unreadable(path, `at most ${limit} bytes`, `${declared}`);
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > limit) throw new Unreadable(path, `at most ${limit} bytes`, `${bytes.byteLength}`);
    return decodeUtf8(bytes, path);
  },
};

export function decodeUtf8(bytes: ArrayBuffer | Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable(path, "UTF-8 text", "other bytes");
  }
}
