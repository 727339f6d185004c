import type { Account } from "./page.ts";

declare global {
  /** The interface through which participant.mjs drives the page. */
  var storm: {
    begin(part: {
      name: string;
      seed: number;
      conversations: number[];
      throws: boolean;
      url: string | undefined;
    }): void;
    blunder(name: string, conversation: number): void;
    fallSilent(): void;
    unsettled(): number;
    reached(): Record<number, number>;
    isConnected(): boolean;
    leave(): Account;
  };
}
