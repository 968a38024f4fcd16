// Runs before the first paint: puts the stored look on <html>, so nothing flashes. Unknown words are ignored.
(() => {
  const allowed = {
    theme: ["light", "dark"],
    accent: ["lagoon", "fern", "marigold", "coral", "rose", "orchid", "iris", "sky", "graphite"],
    bubbles: ["bold", "lines"],
    density: ["compact", "roomy"],
    scale: ["s", "l", "xl", "xxl"],
    own: ["start"],
    flat: ["", "true"],
  };
  const root = document.documentElement;
  let look = {};
  try {
    look = JSON.parse(localStorage.getItem("parlance.preferences")) || {};
  } catch {
    // no storage, or not ours: the system's look it is
  }
  for (const [name, words] of Object.entries(allowed)) {
    const word = String(look[name] ?? "none");
    if (words.includes(word)) root.dataset[name] = name === "flat" ? "" : word;
  }
  const bar = { light: "#e4eff0", dark: "#080f13" }[root.dataset.theme];
  if (bar) for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = bar;
})();
