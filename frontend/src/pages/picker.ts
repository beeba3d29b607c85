// The hidden field through which the reader opens a folder.
import { folder } from "../sources/folder.ts";
import { say } from "../text/language.ts";
import { el } from "../view/dom.ts";

export function folderPicker(open: (found: ReturnType<typeof folder>) => void): HTMLInputElement {
  const picker = el("input", {
    type: "file",
    webkitdirectory: true,
    multiple: true,
    hidden: true,
    "aria-label": say("folder.open"),
  });
  picker.addEventListener("change", () => {
    if (!picker.files?.length) return;
    const found = folder(picker.files);
    open(found);
  });
  return picker;
}
