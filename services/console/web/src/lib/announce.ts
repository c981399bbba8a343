const PAUSE_MS = 50;

/** Tells screen readers what only the eye would see. */
export function announce(text: string): void {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  // The same words twice are read twice only if they come anew.
  setTimeout(() => {
    region.textContent = text;
  }, PAUSE_MS);
}
