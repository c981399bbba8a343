import type { Picture } from "./conversation";

export const PICTURE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
export const BODY_MIB_MAX = 26;
export const BODY_BYTES_MAX = BODY_MIB_MAX * 1024 ** 2;
// Base64 writes three bytes as four.
const FILE_BYTES_MAX = (BODY_BYTES_MAX * 3) / 4;

/** Why files cannot be attached. */
export type PictureProblem = "type" | "size" | "unreadable";

/** What is wrong with the files, if anything is: nothing is read of them. */
export function problemOf(files: readonly File[]): PictureProblem | null {
  if (files.some((file) => !PICTURE_TYPES.includes(file.type))) return "type";
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return bytes > FILE_BYTES_MAX ? "size" : null;
}

export function readPictures(files: readonly File[]): Promise<Picture[]> {
  return Promise.all(files.map(async (file) => ({ name: file.name, url: await dataUrl(file) })));
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
