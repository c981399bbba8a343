/** One colour a curve, for both schemes: 3 : 1 and more on white as on the dark surface, which a test holds. */

export const PALETTE = [
  "#1f8797",
  "#c2690a",
  "#7a5fd0",
  "#2f8f4e",
  "#c2457f",
  "#8f7a12",
  "#3f78c9",
] as const;

export const OTHERS = "#7a868a";
export const GOOD = "#2f8f4e";
export const BAD = "#d0413c";
