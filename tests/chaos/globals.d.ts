import type { Options } from "inbox-socket";

import type { Account, Kept, Role } from "./page.ts";

declare global {
  /** The interface through which participant.mjs drives the page. */
  var storm: {
    begin(part: { name: string; seed: number; conversations: number[]; throws: boolean; options: Options }): void;
    blunder(name: string, conversation: number): void;
    fallSilent(): void;
    unsettled(): number;
    progress(): { welcomed: number | undefined; reached: Record<number, number> };
    isConnected(): boolean;
    role(): Role;
    pending(): Kept[];
    leave(lastWords: string[], conversation: number): Account;
  };
}
