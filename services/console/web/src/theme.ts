import {
  Anchor,
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";
import { i18n } from "./i18n";

/** The toll house's green-blue: white on its shade 7, and its shade 4 on dark, keep 4.5 : 1 and more. */
const petrol: MantineColorsTuple = [
  "#e9f6f8",
  "#d6ecf0",
  "#aad7de",
  "#7bc1cc",
  "#55afbd",
  "#389eae",
  "#1f8797",
  "#0b6b76",
  "#0a5862",
  "#04464f",
];

/** The barrier: for what should be seen, sparingly. */
const amber: MantineColorsTuple = [
  "#fff8e6",
  "#fdeec9",
  "#fadc94",
  "#f8ca5f",
  "#f5b841",
  "#e9a31f",
  "#c98710",
  "#9a6403",
  "#7a4f00",
  "#5c3b00",
];

/** Greys with a drop of petrol. */
const dark: MantineColorsTuple = [
  "#d5dcde",
  "#b8c3c6",
  "#9aa8ac",
  "#6d7d82",
  "#425055",
  "#334045",
  "#232e32",
  "#182124",
  "#12191b",
  "#0c1112",
];

/** Mantine's darkest green is too pale on its lightest. */
const green = DEFAULT_THEME.colors.green.with(9, "#1d6b33") as unknown as MantineColorsTuple;

/** The cross of a dialog or a notice is an icon, which says nothing to who cannot see it. */
function withNamedButton() {
  return { closeButtonProps: { "aria-label": i18n.t("dialog.close") } };
}

/** A dialog is headed as a page is. */
const TITLED = { title: { fontSize: "var(--mantine-h4-font-size)", fontWeight: 650 } };

export const theme = createTheme({
  colors: { petrol, amber, dark, green },
  primaryColor: "petrol",
  primaryShade: 7,
  autoContrast: true,
  black: "#16232a",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: "650" },
  // Colour alone does not tell a link from the text around it.
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: "always" } }),
    Modal: { defaultProps: withNamedButton, styles: TITLED },
    Drawer: { defaultProps: withNamedButton, styles: TITLED },
    Notification: { defaultProps: withNamedButton },
  },
});

/** Under the name that color-scheme.js reads before the first paint. */
export const colorSchemes = localStorageColorSchemeManager({ key: "tollgate.scheme" });

/** In the dark, Mantine tints surfaces by darkening them; these lie above the page, as in the light. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    "--mantine-color-petrol-light": "#14373d",
    "--mantine-color-petrol-light-hover": "#19444b",
    "--mantine-color-red-light": "#43191d",
    "--mantine-color-red-light-hover": "#542026",
  },
});
