// What the way back returns to, and its address.
import { addressOf, type Session } from "../selection/session.ts";
import type { Selection } from "../selection/state.ts";

export interface View {
  session: Session | null;
  selection: Selection;
  hash: string; // a section, or what a link brings for the laboratory
}

/** Without what was read: many views are kept. */
export function viewOf(session: Session | null, selection: Selection, hash: string): View {
  return { session: session && { ...session, place: null }, selection, hash };
}

/** Relative to this page, whatever its own address looks like; `foreign` is what others put there. */
export function addressOfView({ session, selection, hash }: View, foreign: readonly string[]): string {
  const query = session && addressOf(session, selection, foreign);
  return `./${location.pathname.split("/").at(-1)}${query ?? location.search}${hash}`; // a folder has none of its own
}
