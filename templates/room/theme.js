// Light, dark, or as the system has it: set before the first paint, so the page never flashes.
// A classic script on purpose (a module would run after the first paint). It knows nothing of the room.
(() => {
  const KEY = "room.theme";
  const ORDER = ["system", "light", "dark"];
  const stored = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const theme = {
    current: ORDER.includes(stored()) ? stored() : "system",
    apply() {
      document.documentElement.dataset.theme = theme.current;
    },
    /** Steps to the next of system, light, dark, and returns it. */
    next() {
      theme.current = ORDER[(ORDER.indexOf(theme.current) + 1) % ORDER.length];
      try { localStorage.setItem(KEY, theme.current); } catch { /* private window: holds for this visit */ }
      theme.apply();
      return theme.current;
    },
  };
  theme.apply();
  addEventListener("storage", (event) => {
    if (event.key === KEY && ORDER.includes(event.newValue)) {
      theme.current = event.newValue;
      theme.apply();
    }
  });
  window.roomTheme = theme;
})();
