import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Markdown } from "../../components/Markdown";
import { startI18n } from "../../i18n";

beforeAll(startI18n);
afterEach(cleanup);

/** All that can run, load or leave. */
const ACTIVE =
  "script, img, iframe, object, embed, svg:not(.tabler-icon), link, meta, base, form, input, video, audio, style";

function show(text: string): HTMLElement {
  const { container } = render(
    <MantineProvider>
      <Markdown text={text} />
    </MantineProvider>,
  );
  const shown = container.querySelector<HTMLElement>("[class*=Typography]");
  if (!shown) throw new Error("nothing is shown");
  return shown;
}

test.each([
  "<script>alert(1)</script>",
  "before <img src=x onerror=alert(1)> after",
  "<svg onload=alert(1)><script>alert(1)</script></svg>",
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  "<a href=javascript:alert(1)>x</a>",
  "<details open ontoggle=alert(1)>x</details>",
  "<style>@import url(https://evil.test/)</style>",
  "<form action=https://evil.test><button>x</button></form>",
  "```html\n<script>alert(1)</script>\n```",
  "```svg\n<svg onload=alert(1)></svg>\n```",
  "```mermaid\ngraph LR; A[<img src=x onerror=alert(1)>]\n```",
  "![a](https://evil.test/x.png)",
  "![a](data:image/svg+xml;base64,PHN2Zz4=)",
  "![a][r]\n\n[r]: https://evil.test/x.png",
  "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
])("%s runs and loads nothing", (text) => {
  const fetched = vi.spyOn(globalThis, "fetch");
  const shown = show(text);
  expect(shown.querySelectorAll(ACTIVE)).toHaveLength(0);
  for (const element of shown.querySelectorAll("*")) {
    const names = element.getAttributeNames();
    expect(names.filter((name) => name.startsWith("on") || name === "srcdoc")).toEqual([]);
  }
  expect(fetched).not.toHaveBeenCalled();
});

test.each([
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:msgbox)",
  "[x](file:///etc/passwd)",
  "<javascript:alert(1)>",
])("%s leads nowhere", (text) => {
  expect(show(text).querySelectorAll("a")).toHaveLength(0);
});

test("a link opens apart, and tells nobody where it was", () => {
  show("[docs](https://example.com/a)");
  const link = screen.getByRole("link", { name: "docs" });
  expect(link).toHaveProperty("target", "_blank");
  expect(link.getAttribute("rel")).toContain("noopener");
});
