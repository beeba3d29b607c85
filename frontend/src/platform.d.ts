// What bundle/ and core/ use of the platform beside the language. Node and every browser have it; nothing here is a document.
declare function atob(text: string): string;
declare class URLSearchParams {
  constructor(init?: string | Record<string, string>);
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  delete(name: string): void;
  toString(): string;
}
