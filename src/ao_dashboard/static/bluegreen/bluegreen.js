"use strict";
/* Parts of a page that say where they come from are fetched anew while somebody looks. */
(() => {
  const INTERVAL = 4000;

  async function refresh(part) {
    if (document.hidden || part.contains(document.activeElement)) return;
    const answer = await fetch(part.dataset.aoRefresh, {
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest" },
      redirect: "error",
    });
    if (!answer.ok) return;
    const text = await answer.text();
    if (text !== part.aoText) {
      part.aoText = text;
      part.innerHTML = text;
    }
  }

  for (const part of document.querySelectorAll("[data-ao-refresh]")) {
    const again = () => setTimeout(() => refresh(part).catch(() => {}).finally(again), INTERVAL);
    again();
  }
})();
