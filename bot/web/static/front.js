// The demo exchange's own script: it calls the widget as any page would, whether or not the loader is there already.
window.Footnote =
  window.Footnote ||
  function () {
    (window.Footnote.q = window.Footnote.q || []).push(arguments);
  };

document.querySelector("[data-open]").addEventListener("click", () => window.Footnote("open"));
for (const question of document.querySelectorAll("[data-ask]")) {
  question.addEventListener("click", () => window.Footnote("ask", question.textContent.trim()));
}
