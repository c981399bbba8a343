import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 48;

/** Keeps the end of growing content in sight, as long as its reader has not scrolled away from it. */
export function useFollow(latestTurn: number | undefined): {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  away: boolean;
  onScroll: () => void;
  toEnd: () => void;
} {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);

  const onScroll = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    setAway(!following.current);
  }, []);
  const toEnd = useCallback(() => {
    following.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, []);

  useEffect(() => {
    if (!content.current || !scroller.current) return;
    const observer = new ResizeObserver(() => {
      if (following.current) toEnd();
    });
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [toEnd]);
  // Whoever asks wants to see the answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is the reason.
  useEffect(toEnd, [latestTurn, toEnd]);

  return { scroller, content, away, onScroll, toEnd };
}
