// Before the page is drawn: the theme chosen last, if any; otherwise the system's.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // No storage here (some browsers refuse it to files): the system's theme it is.
}
