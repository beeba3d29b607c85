// What can be done with a training that ended: lay it beside the stored run, share it, make it a run of its own.
import type { Run } from "../bundle/run.ts";
import { recipeLink, weightsLink } from "./link.ts";
import type { Trained } from "./made.ts";
import { packed } from "./packed.ts";
import type { Settings } from "./settings.ts";
import { button, commandLine, copyFrom, el, say, trainHere, withSettings } from "./tools.ts";

const LONGEST = 2400; // bytes of weights in a link
// A preset may follow from how many samples train and from the epochs; the laboratory keeps what the run had.
const RULED = ["epochs", "learning_rate", "lr_decay", "weight_decay"];
const RULING = ["epochs", "train_share", "leave_out", "split", "test_size"];

export function afterwards(
  stored: Run,
  trained: Trained,
  settings: Settings,
  changed: ReadonlyMap<string, unknown>,
  lend: () => void,
): HTMLElement[] {
  const { dataset, model } = stored.summary;
  const here = location.href.split("#")[0];
  const beside = button(say("share.beside"), { "data-action": "beside" }, lend);
  const link = button(say("share.link"), { "data-action": "share" }, () => {
    const weights = trained.curve.diverged ? null : trained.digest;
    void copyFrom(link, `${here}${recipeLink(dataset.sha256, weights, settings)}`, ...onThisDisk());
  });
  const bytes = packed(trained.network);
  const weights =
    bytes &&
    bytes.length < LONGEST &&
    button(say("share.weights", { n: model.parameters }), {}, () => {
      void copyFrom(weights as HTMLButtonElement, `${here}${weightsLink(dataset.sha256, bytes)}`, ...onThisDisk());
    });
  const command = changed.size ? commandOf(stored, settings, changed) : null;
  const words = say("share.command");
  return [
    beside,
    link,
    ...(weights ? [weights] : []),
    ...(command === null
      ? []
      : [
          el(
            "div",
            { class: "lab-command" },
            el("p", { class: "small muted" }, words),
            commandLine(command, say("share.command.copy")),
          ),
        ]),
  ];
}

/** The command that trains the same weights; null where the run's own was not recorded. */
export function commandOf(stored: Run, settings: Settings, changed: ReadonlyMap<string, unknown>): string | null {
  const all = new Map(changed);
  const cut = stored.summary.interrupted !== undefined; // its own command would train more epochs
  if (cut || RULING.some((key) => changed.has(key))) for (const key of RULED) all.set(key, settings.get(key));
  const command = withSettings(stored.summary.command, all.set("exact", true));
  return command && trainHere(command, location);
}

/** A link to a file is one for this computer; what stands behind its # works on any page with these data. */
function onThisDisk(): string[] {
  return location.protocol === "file:" ? [say("share.disk")] : [];
}
