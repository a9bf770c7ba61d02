// Runs before the first paint, so that a remembered theme never flashes the other one. It is a file of its own because
// the content security policy allows no inline script.
(() => {
  try {
    const theme = localStorage.getItem('fauna-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the theme follows the system.
  }
})();
