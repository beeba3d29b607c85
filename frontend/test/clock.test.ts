// The clock of a training, with frames and time that the test gives.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { type Clock, clock } from "../src/lab/clock.ts";

let now = 0;
let frames: (() => void)[] = [];
const log: string[] = [];

beforeEach(() => {
  now = 0;
  frames = [];
  log.length = 0;
  mock.restoreAll();
  mock.method(performance, "now", () => now);
  Object.assign(globalThis, {
    requestAnimationFrame: (frame: () => void) => frames.push(frame),
    cancelAnimationFrame: () => undefined,
    MessageChannel: Channel,
  });
});

/** Lets a frame be painted, and the work that waits for it be done. */
async function paint(): Promise<void> {
  for (const frame of frames.splice(0)) frame();
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Node's own keeps a program alive for as long as a port has a listener. */
class Channel {
  port1: { onmessage?: () => void } = {};
  port2 = { postMessage: (): void => void setTimeout(() => this.port1.onmessage?.()) };
}

/** Steps that take so many milliseconds each, of which the last returns. */
function* work(count: number, cost: number): Generator<number, string> {
  for (let step = 1; step <= count; step++) {
    now += cost;
    log.push(`step ${step}`);
    yield step;
  }
  return "done";
}

let last: Clock | null = null;
afterEach(() => last?.stop());

function started(steps: Iterator<unknown, string>): Clock {
  last = clock({
    steps,
    slice: () => 8,
    shown: () => log.push("shown"),
    ended: (result) => log.push(result),
    failed: (error) => log.push(String(error)),
  });
  return last;
}

test("it works a slice at a time, and lets the page paint after each", async () => {
  started(work(5, 3)).go();
  assert.deepEqual(log, []); // nothing before a frame
  await paint();
  assert.deepEqual(log, ["step 1", "step 2", "step 3", "shown"]);
  await paint();
  assert.deepEqual(log.slice(4), ["step 4", "step 5", "done"]);
  assert.deepEqual(frames, []); // nothing is left to wait for
});

test("it goes as far as the first step that is wanted, and on from there", async () => {
  const running = started(work(4, 1));
  running.go(() => log.at(-1) === "step 2");
  await paint();
  assert.deepEqual(log, ["step 1", "step 2", "shown"]);
  assert.equal(running.paused, true);
  await paint();
  assert.equal(log.length, 3);
  running.go();
  await paint();
  assert.equal(log.at(-1), "done");
});

test("paused or stopped between two frames, it does nothing more", async () => {
  const paused = started(work(4, 8));
  paused.go();
  await paint();
  paused.pause();
  await paint();
  assert.deepEqual(log, ["step 1", "shown"]);
  paused.go();
  await paint();
  paused.stop();
  paused.go();
  await paint();
  assert.deepEqual(log, ["step 1", "shown", "step 2", "shown"]);
  assert.equal(paused.paused, false);
});

test("paused and continued within a frame, it does not work twice in the next", async () => {
  const running = started(work(9, 8));
  running.go();
  running.pause();
  running.go();
  await paint();
  assert.deepEqual(log, ["step 1", "shown"]);
});

test("an error ends it, and is told", async () => {
  const steps = {
    next(): never {
      throw new Error("too large");
    },
  };
  const running = started(steps);
  running.go();
  await paint();
  running.go();
  await paint();
  assert.deepEqual(log, ["Error: too large"]);
});

test("in a hidden tab, which paints nothing, it goes on all the same", async () => {
  started(work(1, 20)).go();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.deepEqual(log, ["step 1", "shown", "done"]);
});
