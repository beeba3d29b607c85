// Work that waits: until a part of the page comes near, and in slices that leave room for painting and answering.
import { attempt } from "./tools.ts";

/** Once, when it is less than a window away, or when the page is printed. */
export function whenNear(element: Element, act: () => void, signal: AbortSignal): void {
  const observer = attempt(
    () => new IntersectionObserver((all) => all.some((each) => each.isIntersecting) && start(), { rootMargin: "100%" }),
  );
  const start = (): void => {
    end();
    act();
  };
  const end = (): void => {
    observer?.disconnect();
    removeEventListener("beforeprint", start);
  };
  addEventListener("beforeprint", start);
  signal.addEventListener("abort", end);
  if (observer) observer.observe(element);
  else start();
}

const SLICE = 8; // milliseconds

/** The result of a generator; null where the signal came before it. */
export async function inSlices<T>(steps: Iterator<unknown, T>, signal: AbortSignal): Promise<T | null> {
  let since = performance.now();
  while (!signal.aborted) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < SLICE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return null;
}
