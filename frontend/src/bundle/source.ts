// Where texts come from. One small interface; http, file, an opened folder and an exported page each implement it.

export interface Source {
  readonly kind: "http" | "file" | "folder" | "embedded";
  /** The text of a JSON file at a path relative to the page. Throws Missing or Unreadable. */
  read(path: string, limit: number): Promise<string>;
}

/** sha256 of the text in hex, or null where the browser cannot compute one (an insecure origin). */
export type Digest = (text: string) => Promise<string | null>;

/** There is no such file, as far as can be told: hosts also answer with a refusal or a page of their own. */
export class Missing extends Error {
  readonly path: string;
  readonly found: string;
  constructor(path: string, found = "nothing") {
    super(`${path}: expected a file, got ${found}`);
    this.name = "Missing";
    this.path = path;
    this.found = found;
  }
}

/** There is something, but it cannot be read as what it must be. */
export class Unreadable extends Error {
  constructor(path: string, expected: string, got: string) {
    super(`${path}: expected ${expected}, got ${got}`);
    this.name = "Unreadable";
  }
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Unreadable(path, "JSON", error instanceof Error ? error.message : "something else");
  }
}
