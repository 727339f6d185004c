import type { Account } from "./page.ts";

declare global {
  /** What the storm's page offers to who drives it. */
  var storm: {
    begin(part: { name: string; seed: number; conversations: number[]; throws: boolean }): void;
    blunder(name: string, conversation: number): void;
    fallSilent(): void;
    unsettled(): number;
    reached(): Record<number, number>;
    isConnected(): boolean;
    leave(): Account;
  };
}
