import { useEffect, useRef } from "react";

import type { Architecture } from "../architectures";
import { FAILED, type Frame, READY } from "../frame/frame";
import { frameAddress } from "../memory";
import type { Lane } from "../useComparison";

interface ArchitectureFrameProps {
  architecture: Architecture;
  title: string;
  onLoad: (changes: Partial<Lane>) => void;
}

export function ArchitectureFrame({ architecture, title, onLoad }: ArchitectureFrameProps) {
  const element = useRef<HTMLIFrameElement>(null);
  const load = useRef(onLoad);
  useEffect(() => {
    load.current = onLoad;
  });

  useEffect(() => {
    const iframe = element.current!;
    const handleReady = (event: Event) => load.current({ frame: (event as CustomEvent<Frame>).detail });
    const handleFailure = (event: Event) =>
      load.current({ status: "failed", problem: (event as CustomEvent<string>).detail });
    iframe.addEventListener(READY, handleReady);
    iframe.addEventListener(FAILED, handleFailure);
    return () => {
      iframe.removeEventListener(READY, handleReady);
      iframe.removeEventListener(FAILED, handleFailure);
    };
  }, []);

  // The frame contains nothing interactive.
  return <iframe ref={element} src={frameAddress(architecture)} title={title} tabIndex={-1} />;
}
