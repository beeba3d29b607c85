// The style of the laboratory comes with its script: what is not in the first view is not in dashboard.css.
import css from "./laboratory.css";
import { adopt } from "./tools.ts";

export const addStyle = (): void => adopt(css);
