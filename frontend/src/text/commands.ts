// Commands as they are typed where this page is: with its paths, quoted for the shell there.

/** Of the page's address. */
export interface Where {
  protocol: string;
  pathname: string;
}

/** Of files that can be anywhere: those in one file of a run, or in a folder that was opened by hand. */
export const NOWHERE: Where = { protocol: "", pathname: "" };

export const DEMO = "examples/digit-classifier/";

/** A word of a command line, quoted where a shell would take it apart. */
export function quoted(word: string, windows = false): string {
  if (/^[\w@%+=:,./-]+$/.test(word) || (windows && /^[\w@+=:,.\\/-]+$/.test(word))) return word;
  return windows ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** The folder of a page that was opened from a file, and whether its paths are those of Windows. */
export function folderOf({ protocol, pathname }: Where): { folder: string; windows: boolean } | null {
  if (protocol !== "file:") return null;
  const path = plain(pathname).replace(/[^/]*$/, "");
  const windows = /^\/[A-Za-z]:\//.test(path);
  return { folder: windows ? path.slice(1) : path, windows };
}

function plain(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname; // a lone "%" in the name of a folder
  }
}

/** The path of something beside the page: whole where it was opened from a file, else from where one stands. */
export function pathOf(directory: string, where: Where): string {
  const found = folderOf(where);
  if (!found) return quoted(inRepository(where) ? `${DEMO}web_demo/${directory}` : directory);
  const parts: string[] = [];
  for (const part of `${found.folder}${directory}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return quoted(parts.join(found.windows ? "\\" : "/"), found.windows);
}

/** How the program is called: in the repository by its own script, which is there without installing anything. */
export function programOf(where: Where): string {
  if (!inRepository(where)) return "digit-classifier";
  return `python ${folderOf(where) ? pathOf("../run_demo.py", where) : `${DEMO}run_demo.py`}`;
}

/** What makes one file of the run, and of the one it is compared with. */
export function exportCommand(directory: string, compared: string | null, where: Where): string {
  const beside = compared === null ? [] : ["--compare", pathOf(directory.replace(/[^/]+$/, compared), where)];
  return [programOf(where), "export html", pathOf(directory, where), "-o report.html", ...beside].join(" ");
}

/** What puts the list of runs in order; of a folder that was opened by hand, whose path no page knows, from beside it. */
export function repairCommand(root: string, where: Where | null): string {
  if (!where) return `digit-classifier repair ${quoted(root)}`;
  return [programOf(where), "repair", pathOf(root, where)].join(" ");
}

/** Whether the page stands where the repository has it: there, training needs no installed command. */
export function inRepository({ pathname }: Where): boolean {
  return new RegExp(`/${DEMO}web_demo/[^/]*$`).test(plain(pathname));
}
