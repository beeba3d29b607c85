// What the pure rooms (tsconfig.pure.json) use beside the language. Node and every browser have it; none of it is DOM.
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
