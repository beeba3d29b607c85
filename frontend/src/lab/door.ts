// The door between the page and lab.js, the laboratory. As panels.js, it registers one function at load and runs nothing.
import type { AllTools, Places } from "../below/door.ts";

declare global {
  /** What lab.js registers. */
  var openLab: ((tools: AllTools) => Places<"lab">) | undefined;
}
