import { useCallback, useEffect, useRef, useState } from "react";

import { sendMessage } from "inbox-socket";

import { fetchMe, fetchRehearsal } from "../api";
import { ARCHITECTURES, type Architecture, forEach } from "./architectures";
import type { Reading } from "./figures";
import type { Frame } from "./frame/frame";
import { type Memory, measureMemory, canMeasureMemory } from "./memory";

export interface Lane {
  status: "idle" | "loading" | "running" | "stopped" | "failed";
  /** Lanes with the same number were started together. Each start loads a new frame; 0 before the first start. */
  start: number;
  frame: Frame | null;
  /** All conversations have been connected at the same time since they were opened. */
  hasConnected: boolean;
  problem: string | null;
}

export type Lanes = Record<Architecture, Lane>;
export type Readings = Record<Architecture, Reading | null>;

export interface Sample {
  /** In seconds since the first start. */
  time: number;
  readings: Readings;
}

export interface Burst {
  total: number;
  stored: number;
  failed: number;
}

const IDLE: Lane = { status: "idle", start: 0, frame: null, hasConnected: false, problem: null };

const SAMPLE_INTERVAL = 500;
/** The server's close code if the user is not logged in. */
const SESSION_ENDED = 4401;
/** Two minutes. */
const SAMPLES_KEPT = 240;
/** In ms; after this a frame that has not loaded counts as failed. */
const LOADING_PATIENCE = 15_000;

export const BURST = 100;
/** Distinguishes this page's messages from those of another comparison that runs at the same time. */
const PAGE = crypto.randomUUID().slice(0, 8);

let starts = 0;
let bursts = 0;

/** Runs the three architectures in separate frames and reads their counts. */
export function useComparison(onSessionEnd: () => void) {
  const [lanes, setLanes] = useState<Lanes>(() => forEach(() => IDLE));
  const [count, setCount] = useState(10);
  const [ids, setIds] = useState<number[]>([]);
  const [isCut, setIsCut] = useState(false);
  const [burst, setBurst] = useState<Burst | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [samples, setSamples] = useState<Sample[]>([]);
  const [latest, setLatest] = useState<Readings>(() => forEach(() => null));
  const memory = useRef<Memory>({});
  const began = useRef(0);

  const keys = ARCHITECTURES.map(({ key }) => key);
  const framesOf = (status: Lane["status"]) =>
    keys.flatMap((key) => (lanes[key].status === status ? (lanes[key].frame ?? []) : []));
  const isRunning = keys.some((key) => lanes[key].status === "running");
  const isActive = keys.some((key) => ["loading", "running"].includes(lanes[key].status));

  const change = useCallback((architecture: Architecture, changes: Partial<Lane>) => {
    setLanes((before) => ({ ...before, [architecture]: { ...before[architecture], ...changes } }));
  }, []);

  /** Returns the conversations' ids, or null if the server did not return them. */
  async function open(wanted: number): Promise<number[] | null> {
    setProblem(null);
    try {
      const opened = await fetchRehearsal(wanted);
      setIds(opened);
      return opened;
    } catch (failure) {
      setProblem((failure as Error).message);
      if ((await fetchMe().catch(() => undefined)) === null) onSessionEnd();
      return null;
    }
  }

  async function start(which: Architecture[]) {
    if ((await open(count)) === null) return;
    if (began.current === 0) began.current = performance.now();
    starts += 1;
    if (!isActive) setBurst(null);
    for (const key of which) {
      delete memory.current[key];
      change(key, { ...IDLE, status: "loading", start: starts });
    }
    setLatest((before) => ({ ...before, ...Object.fromEntries(which.map((key) => [key, null])) }));
  }

  function stop(which: Architecture[]) {
    for (const key of which) {
      if (lanes[key].status === "loading") change(key, IDLE);
      if (lanes[key].status !== "running") continue;
      lanes[key].frame!.show([]);
      change(key, { status: "stopped" });
    }
  }

  async function choose(wanted: number) {
    setCount(wanted);
    if (!isActive) return;
    const opened = await open(wanted);
    if (opened === null) {
      setCount(count);
      return;
    }
    for (const key of keys) {
      if (lanes[key].status !== "running") continue;
      lanes[key].frame!.show(opened);
      change(key, { hasConnected: false });
    }
  }

  function switchNetwork() {
    for (const frame of framesOf("running")) {
      if (isCut) frame.restoreNetwork();
      else frame.cutNetwork();
    }
    setIsCut(!isCut);
  }

  async function send() {
    bursts += 1;
    const texts = Array.from({ length: BURST }, (_, number) => `Burst ${bursts} of ${PAGE}, message ${number + 1}`);
    const frames = framesOf("running");
    for (const frame of frames) frame.expect(texts);
    setBurst({ total: BURST, stored: 0, failed: 0 });
    const sent = texts.map(async (text, number) => {
      const { status } = await sendMessage(ids[number % ids.length]!, text);
      if (status === "failed") for (const frame of frames) frame.forget([text]);
      const outcome = status === "failed" ? "failed" : "stored";
      setBurst((before) => before && { ...before, [outcome]: before[outcome] + 1 });
    });
    await Promise.all(sent);
  }

  // Architectures that were started together begin when all their frames have loaded. The ones with a single socket
  // begin first: a browser opens one socket to a server at a time, so they would wait behind a hundred others.
  useEffect(() => {
    const loading = keys.filter((key) => lanes[key].status === "loading");
    if (loading.length === 0 || loading.some((key) => lanes[key].frame === null)) return;
    for (const key of loading.reverse()) {
      const frame = lanes[key].frame!;
      if (isCut) frame.cutNetwork();
      frame.show(ids);
      change(key, { status: "running" });
    }
  }, [lanes]);

  const isLoading = keys.some((key) => lanes[key].status === "loading" && lanes[key].frame === null);
  useEffect(() => {
    if (!isLoading) return;
    const timer = setTimeout(() => {
      for (const key of keys) {
        if (lanes[key].status === "loading" && lanes[key].frame === null) {
          change(key, { status: "failed", problem: "Could not load the frame. Is the server running?" });
        }
      }
    }, LOADING_PATIENCE);
    return () => clearTimeout(timer);
  }, [isLoading, lanes]);

  function sample() {
    const readings = forEach<Reading | null>((key) => {
      const { frame, status } = lanes[key];
      if (frame === null || status === "loading") return null;
      return { ...frame.read(), memory: memory.current[key] ?? null };
    });
    const time = (performance.now() - began.current) / 1_000;
    setSamples((before) => [...before.slice(1 - SAMPLES_KEPT), { time, readings }]);
    setLatest((before) => forEach((key) => readings[key] ?? before[key]));

    for (const key of keys) {
      const reading = readings[key];
      if (reading === null || lanes[key].status !== "running") continue;
      if (reading.refusal?.code === SESSION_ENDED) onSessionEnd();
      if (reading.connected < reading.conversations) continue;
      // The server responds, so an earlier problem is over.
      setProblem(null);
      if (!lanes[key].hasConnected) change(key, { hasConnected: true });
    }
  }
  const runningFrames = () => forEach((key) => (lanes[key].status === "running" ? lanes[key].frame : null));

  // For effects that outlive a render: always the latest functions.
  const now = useRef({ sample, runningFrames });
  useEffect(() => {
    now.current = { sample, runningFrames };
  });

  useEffect(() => {
    const take = () => now.current.sample();
    if (isRunning) {
      const timer = setInterval(take, SAMPLE_INTERVAL);
      return () => clearInterval(timer);
    }
    // One more sample after the last socket has closed.
    if (began.current === 0) return;
    const timer = setTimeout(take, 2 * SAMPLE_INTERVAL);
    return () => clearTimeout(timer);
  }, [isRunning]);

  useEffect(() => {
    if (!isRunning || !canMeasureMemory) return;
    let isOver = false;
    void (async () => {
      while (!isOver) {
        const measured = await measureMemory(now.current.runningFrames());
        if (!isOver) Object.assign(memory.current, measured);
      }
    })();
    return () => void (isOver = true);
  }, [isRunning]);

  return {
    lanes,
    count,
    isCut,
    burst,
    problem,
    samples,
    latest,
    isActive,
    start,
    stop,
    choose,
    switchNetwork,
    send,
    change,
  };
}
