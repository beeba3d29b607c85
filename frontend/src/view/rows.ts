// Long lists: only the rows in sight exist.

export interface Rows {
  refresh(count: number): void;
  reveal(row: number): void;
}

const letter = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/**
 * Fills `body` (inside a scrolling `viewport`) with rows of one height in rem, which may depend on the window; `make`
 * gets the range to show.
 */
export function windowed(
  viewport: HTMLElement,
  body: HTMLElement,
  rowHeight: () => number,
  make: (from: number, to: number) => HTMLElement[],
  spacer: (pixels: number) => HTMLElement,
): Rows {
  let total = 0;
  let shown: [number, number] = [-1, -1];
  const render = (force = false): void => {
    const room = viewport.clientHeight || 480;
    const height = rowHeight() * letter();
    const from = Math.max(0, Math.floor(viewport.scrollTop / height) - 8);
    const to = Math.min(total, Math.ceil((viewport.scrollTop + room) / height) + 8);
    if (!force && shown[0] === from && shown[1] === to) return;
    shown = [from, to];
    body.replaceChildren(spacer(from * height), ...make(from, to), spacer((total - to) * height));
  };
  viewport.addEventListener("scroll", () => render(), { passive: true });
  return {
    refresh(count) {
      total = count;
      render(true);
    },
    reveal(row) {
      const room = viewport.clientHeight || 480;
      const height = rowHeight() * letter();
      if (row * height < viewport.scrollTop) viewport.scrollTop = row * height;
      else if ((row + 1) * height > viewport.scrollTop + room) viewport.scrollTop = (row + 1) * height - room;
      render();
    },
  };
}
