"use strict";
/* Parts of a page that say where they come from are fetched anew while somebody looks. */
(() => {
  const INTERVAL = 4000;
  const notice = document.getElementById("ao-stale");

  function tell(part, old) {
    notice.hidden = !old;
    part.classList.toggle("ao-old", old);
  }

  async function refresh(part) {
    if (document.hidden || part.contains(document.activeElement)) return;
    const answer = await fetch(part.dataset.aoRefresh, {
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest" },
      redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    tell(part, false);
    if (text !== part.aoText) {
      part.aoText = text;
      part.innerHTML = text;
    }
  }

  for (const part of document.querySelectorAll("[data-ao-refresh]")) {
    const again = () =>
      setTimeout(() => refresh(part).catch(() => tell(part, true)).finally(again), INTERVAL);
    again();
  }
})();
