// What lab.js holds: the laboratory.
import type { Places } from "../below/door.ts";
import { laboratory } from "./laboratory.ts";

// biome-ignore lint/style/useConst: a variable of the function that the build wraps around this script
declare let given: Places<"lab">;
given = { lab: [laboratory] };
