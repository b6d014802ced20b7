// Runs before the first paint, so that a dark page never flashes white. A file of its own, since the
// Content-Security-Policy allows no inline scripts.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("followup-theme");
  } catch {
    // Storage may be closed; the system's scheme is right then.
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
