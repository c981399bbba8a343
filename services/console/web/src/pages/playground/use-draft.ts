import { useState } from "react";
import type { Picture } from "./conversation";
import { type PictureProblem, problemOf, readPictures } from "./pictures";
import type { Asking } from "./use-playground";

/** The question that is being written. `problem` says why files were not attached. */
export function useDraft({ busy, send, forgetObstacle }: Asking) {
  const [text, setText] = useState("");
  const [pictures, setPictures] = useState<readonly Picture[]>([]);
  const [problem, setProblem] = useState<PictureProblem | null>(null);
  const isEmpty = text.trim() === "" && pictures.length === 0;

  function changed(): void {
    setProblem(null);
    forgetObstacle();
  }

  return {
    text,
    pictures,
    problem,
    isEmpty,
    write(written: string): void {
      changed();
      setText(written);
    },
    async attach(files: File[]): Promise<void> {
      if (files.length === 0) return;
      changed();
      const found = problemOf(files);
      if (found) return setProblem(found);
      const read = await readPictures(files).catch(() => null);
      if (!read) return setProblem("unreadable");
      setPictures((known) => [
        ...known,
        ...read.filter(({ url }) => known.every((picture) => picture.url !== url)),
      ]);
    },
    remove(picture: Picture): void {
      changed();
      setPictures((known) => known.filter((other) => other !== picture));
    },
    send(): void {
      if (busy || isEmpty || !send({ text, pictures })) return;
      setText("");
      setPictures([]);
    },
  };
}
