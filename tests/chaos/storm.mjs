// The storm: pages send messages while the scheduled troubles happen, then everything is mended until all pages have
// received everything.

import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

import { bundle } from "../support/bundle.mjs";
import { CHROMIUM_ARGUMENTS, findChromium } from "../support/find.mjs";
import { eventually } from "../support/queue.mjs";
import { castOf } from "./cast.mjs";
import { Device } from "./device.mjs";
import { Dice } from "./dice.mjs";
import { grouped } from "./grouped.mjs";
import { abandoned } from "./kept.mjs";
import { Participant } from "./participant.mjs";
import { schedule } from "./schedule.mjs";
import { Servers } from "./servers.mjs";
import { isShared } from "./shared.mjs";
import { OF_A_LINE, OF_A_TAB } from "./troubles.mjs";

/** When a page joins, a page is reloaded, and all pages send messages that are refused: as fractions of the storm. */
const JOINS = 0.3;
const RELOADS = 0.5;
const BLUNDERS = 0.6;

/** The ms that a line is dark before a page joins on it. */
const DARK_BEFORE = 500;

/** The most ms that the calm may take. Only a failed storm reaches it. */
const PATIENCE = 120_000;

/**
 * A trouble of a tab, of a line or, without either, of a server. `isDeath`: the connections die without closing;
 * `revived`: when they worked again. Times are those of `Date.now()`.
 *
 * @typedef {{kind: string, line?: string, tab?: string, server?: number, isDeath: boolean} & Times} Incident
 * @typedef {{from: number, until: number, revived: number}} Times
 * @typedef {import("./participant.mjs").Stay} Stay
 * @typedef {import("./servers.mjs").Stored} Stored
 * @typedef {{user: string, roles: import("./page.ts").Role[], webSockets: number}} Group a user's tabs at the end
 * @typedef {{stays: Stay[], stored: Stored[], heads: Map<number, number>, incidents: Incident[]} & AtTheEnd} Outcome
 *   `heads`: those before the storm
 * @typedef {{unrest: string[], groups: Group[]}} AtTheEnd `unrest`: the conditions that the calm did not reach
 */

export class Storm {
  #cast;
  /** @type {Map<string, Device>} */
  #devices = new Map();
  /** @type {Participant[]} */
  #participants = [];
  /** @type {Incident[]} */
  #incidents = [];
  #begun = 0;

  /** @param {ReturnType<typeof import("./options.mjs").readOptions>} options @param {(text: string) => void} say */
  constructor(options, say) {
    this.options = options;
    this.say = say;
    this.#cast = castOf(options);
  }

  /** @returns {Promise<Outcome>} */
  async run() {
    const servers = await Servers.start(this.options);
    const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGUMENTS });
    try {
      await this.#gather(browser, servers);
      const heads = headsOf(await servers.stored());
      await this.#beginTalking();
      await this.#rage(servers);
      const calm = Date.now();
      const unrest = await this.#calm(servers);
      this.say(`calm after another ${Date.now() - calm} ms`);
      const groups = await this.#groups();
      const stays = (await Promise.all(this.#participants.map((one) => one.leave()))).flat();
      const stored = (await servers.stored()).filter(({ conversation, seq }) => seq > (heads.get(conversation) ?? 0));
      return { stays, stored, heads, incidents: this.#incidents, unrest, groups };
    } finally {
      for (const { line } of this.#devices.values()) line.stop();
      await browser.close();
      await servers.stop();
    }
  }

  /** @param {import("playwright-core").Browser} browser @param {Servers} servers */
  async #gather(browser, servers) {
    const scripts = await bundle({ page: "chaos/page.ts" }, { under: "/storm" });
    for (const [number, role] of this.#cast.roles.entries()) {
      const seed = 1_000 * this.options.seed + 100 * number;
      const name = role.device ?? role.name;
      const known = this.#devices.get(name);
      const device = known ?? (await Device.open(browser, name, { servers, scripts, seed }));
      this.#devices.set(name, device);
      const one = await Participant.open(role, device, seed);
      if (!known) await device.enter(one.page, role.user, servers);
      this.#participants.push(one);
    }
  }

  async #beginTalking() {
    for (const one of this.#participants) if (one.name !== this.#cast.late) await one.begin();
    await eventually("all are connected", async () => {
      const connected = await Promise.all(this.#participants.map((one) => one.isConnected()));
      return connected.filter(Boolean).length === this.#participants.length - 1;
    });
  }

  /** @param {Servers} servers */
  async #rage(servers) {
    const length = 1_000 * this.options.seconds;
    const lines = [...this.#devices.keys()];
    const late = { line: this.#cast.late, at: JOINS * length };
    const plan = schedule(this.options, {
      lines,
      servers: servers.ports.length,
      ...(this.options.hasTabs ? { tabs: this.#tabs(late.at + DARK_BEFORE) } : { late }),
    });
    this.say(`${plan.lines.length} troubles for the lines, ${plan.servers.length} for the servers${ofTabs(plan)}`);
    this.#begun = Date.now();
    await Promise.all([
      ...lines.map((line) =>
        this.#sufferLine(
          line,
          plan.lines.filter((trouble) => trouble.line === line),
        ),
      ),
      this.#sufferServers(servers, plan.servers),
      ...plan.tabs.map((trouble) => this.#at(trouble.at, () => this.#sufferTab(trouble))),
      this.#at(late.at + DARK_BEFORE, () => this.#one(this.#cast.late).begin()),
      this.#at(RELOADS * length, () => this.#cast.reloads && this.#one(this.#cast.reloads).reload()),
      this.#at(BLUNDERS * length, () => Promise.all(this.#participants.map((one) => one.blunder()))),
      this.#at(length, () => {}),
    ]);
  }

  /** Returns the tabs for the schedule. @param {number} late when the late one begins */
  #tabs(late) {
    return this.#participants.map(({ name, device }) => {
      return { name, line: device.name, from: name === this.#cast.late ? late : 0 };
    });
  }

  /** @param {string} name of the line @param {import("./schedule.mjs").LineTrouble[]} troubles */
  async #sufferLine(name, troubles) {
    const { line, seed } = /** @type {Device} */ (this.#devices.get(name));
    const { roll } = new Dice(seed);
    for (const { at, kind, lasts } of troubles) {
      const { make, isDeath = false } = OF_A_LINE[kind];
      await this.#at(at, async () => {
        const incident = this.#note({ kind, line: name, isDeath });
        make(line, roll);
        await sleep(lasts);
        await line.mend();
        incident.until = Date.now();
        // A stalled connection works again; a half-open one never does.
        if (kind.startsWith("stall")) incident.revived = incident.until;
      });
    }
  }

  /** @param {Servers} servers @param {import("./schedule.mjs").ServerTrouble[]} troubles */
  async #sufferServers(servers, troubles) {
    for (const trouble of troubles) {
      await this.#at(trouble.at, async () => {
        const incident = this.#note({ kind: trouble.kind, server: trouble.server, isDeath: false });
        await servers.suffer(trouble);
        incident.until = Date.now();
      });
    }
  }

  /** @param {import("./schedule.mjs").TabTrouble} trouble */
  async #sufferTab({ kind, tab, line, isForLeader, lasts }) {
    const one = (isForLeader && (await this.#leaderOf(line))) || this.#one(tab);
    await one.inTurn(async () => {
      const incident = this.#note({ kind, line, tab: one.name, isDeath: false });
      await OF_A_TAB[kind]?.make(one, lasts);
      incident.until = Date.now();
    });
  }

  /** Returns the tab that leads, unless something is being done to it. @param {string} line */
  async #leaderOf(line) {
    const tabs = this.#participants.filter((one) => one.device.name === line && !one.isBusy);
    const roles = await Promise.all(tabs.map((one) => one.role()));
    return tabs[roles.indexOf("leader")];
  }

  /** @param {{kind: string, line?: string, tab?: string, server?: number, isDeath: boolean}} what */
  #note(what) {
    const incident = { ...what, from: Date.now(), until: Infinity, revived: Infinity };
    this.#incidents.push(incident);
    return incident;
  }

  /** @param {number} at ms since the beginning; a past time means now @param {() => unknown} what */
  async #at(at, what) {
    await sleep(Math.max(0, this.#begun + at - Date.now()));
    await what();
  }

  /** Waits until everything is settled and received; returns the conditions not reached. @param {Servers} servers */
  async #calm(servers) {
    /** @type {string[]} */
    const unrest = [];
    const end = Date.now() + PATIENCE;
    const comes = (/** @type {string} */ what, /** @type {() => Promise<boolean>} */ attempt) =>
      eventually(what, attempt, Math.max(0, end - Date.now())).catch((error) => unrest.push(error.message));
    await Promise.all(this.#participants.map((one) => one.fallSilent()));
    for (const one of this.#participants) {
      await comes(`${one.name}'s messages are settled`, async () => (await one.unsettled()) === 0);
    }
    if (this.options.hasTabs) {
      await comes("the messages of pages that have ended are stored or have failed", async () => {
        const pending = (await Promise.all(this.#participants.map((one) => one.pending()))).flat();
        const stays = this.#participants.flatMap((one) => one.stays);
        return [...abandoned(stays, await servers.stored(), pending)].length === 0;
      });
      await comes("the tabs of each user share a connection", async () => (await this.#groups()).every(isShared));
    }
    let stored = await servers.stored();
    // The server may store a message late that was in flight when its page was reloaded.
    for (let count = -1; stored.length !== count; stored = await servers.stored()) {
      count = stored.length;
      for (const one of this.#participants) {
        await comes(`${one.name} has received everything`, () => one.hasReceived(stored));
      }
    }
    return unrest;
  }

  /** Returns the tabs of each user. @returns {Promise<Group[]>} */
  async #groups() {
    if (!this.options.hasTabs) return [];
    const groups = grouped(this.#participants, ({ device }) => device);
    return Promise.all(
      [...groups].map(async ([{ name, webSockets }, tabs]) => {
        return { user: name, roles: await Promise.all(tabs.map((one) => one.role())), webSockets };
      }),
    );
  }

  /** @param {string} name */
  #one(name) {
    return /** @type {Participant} */ (this.#participants.find((one) => one.name === name));
  }
}

/** @param {ReturnType<typeof schedule>} plan */
function ofTabs({ tabs }) {
  return tabs.length > 0 ? `, ${tabs.length} for the tabs` : "";
}

/** @param {Stored[]} stored */
function headsOf(stored) {
  /** @type {Map<number, number>} */
  const heads = new Map();
  for (const { conversation, seq } of stored) heads.set(conversation, Math.max(seq, heads.get(conversation) ?? 0));
  return heads;
}
