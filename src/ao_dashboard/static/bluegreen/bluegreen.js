"use strict";
/* Parts of a page that say where they come from are fetched anew while somebody looks. */
(() => {
  const INTERVAL = 4000;
  const stale = document.getElementById("ao-stale");
  const said = document.getElementById("ao-said");

  function tell(part, old) {
    stale.hidden = !old;
    part.classList.toggle("ao-old", old);
  }

  /* A screen reader hears what has changed of importance, not the whole part. */
  function say(part) {
    const marked = Array.from(part.querySelectorAll("[data-ao-say]"));
    const texts = marked.map((it) => (it.dataset.aoSay || it.innerText).trim());
    const news = texts.filter((it) => !part.aoSaid?.includes(it));
    if (part.aoSaid && news.length) said.textContent = news.join(". ");
    part.aoSaid = texts;
  }

  function show(part, text) {
    const focused = part.contains(document.activeElement) ? document.activeElement.href : null;
    part.innerHTML = text;
    if (focused) Array.from(part.querySelectorAll("a")).find((it) => it.href === focused)?.focus();
    say(part);
  }

  async function refresh(part) {
    if (document.hidden) return;
    /* Without X-Requested-With: Horizon would answer a redirect with an empty page. */
    const answer = await fetch(part.dataset.aoRefresh, {
      credentials: "same-origin",
      redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    tell(part, false);
    if (text !== part.aoText) {
      part.aoText = text;
      show(part, text);
    }
  }

  for (const part of document.querySelectorAll("[data-ao-refresh]")) {
    say(part);
    const again = () =>
      setTimeout(() => refresh(part).catch(() => tell(part, true)).finally(again), INTERVAL);
    again();
  }
})();
