// What the pure rooms (tsconfig.pure.json) use beside the language. Node and every browser have it; none of it is DOM.
declare function atob(text: string): string;
interface ByteReader {
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: undefined }>;
  cancel(): Promise<void>;
}
interface ByteStream {
  getReader(): ByteReader;
  pipeThrough(other: DecompressionStream): ByteStream;
}
declare class Blob {
  constructor(parts: Uint8Array<ArrayBuffer>[]);
  stream(): ByteStream;
}
declare class DecompressionStream {
  constructor(format: "deflate");
}
declare class URLSearchParams {
  constructor(init?: string | Record<string, string>);
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  delete(name: string): void;
  toString(): string;
}
