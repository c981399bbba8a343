// Runs before the first paint, so that nobody in the dark sees a white flash.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("tollgate.scheme");
  } catch {
    // Storage is denied: the system decides.
  }
  const dark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
