import { expect, test } from "vitest";
import { BAD, GOOD, OTHERS, PALETTE } from "./palette";

const SURFACES = ["#ffffff", "#182124"];
const GRAPHICS_MIN = 3;

test.each([...new Set([...PALETTE, OTHERS, GOOD, BAD])])(
  "%s stands out in both schemes",
  (colour) => {
    for (const surface of SURFACES) {
      expect(contrast(colour, surface), surface).toBeGreaterThanOrEqual(GRAPHICS_MIN);
    }
  },
);

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const share = Number.parseInt(colour.slice(place, place + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
