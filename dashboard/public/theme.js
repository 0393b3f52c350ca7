// Before the first paint: the theme that was chosen by hand, so that a dark page does not begin white.
// A file of its own and no module, since modules wait for the page and the security policy allows no script in it.
// src/ui/theme.ts is what knows about themes; this only repeats how it keeps the choice.
(function () {
  let choice = null;
  try {
    choice = JSON.parse(localStorage.getItem("trailmark.theme"));
  } catch {
    // Storage is switched off, or holds something else: the system's theme.
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  // The canvas under a page whose style sheet has not come.
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
})();
