// The frame of every staff page: how many wait, asked once in thirty seconds, in the tab's title and said politely.
"use strict";

(() => {
  const queue = document.querySelector(".shell [data-news]");
  const menu = document.querySelector(".shell__more");

  // Marked as asked by the page itself, so that it does not count as activity
  const ask = async () => {
    const answer = await fetch(queue.dataset.news, { headers: { "X-Background": "1" } });
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    return answer.ok && isJson ? answer.json() : null;
  };

  const words = (element, count) =>
    count === 1 ? element.dataset.one : element.dataset.many.replace("N", count);

  const show = ({ count, waiting }) => {
    const badge = queue.querySelector("[data-count]");
    if (badge.textContent !== waiting) {
      badge.textContent = waiting;
      badge.parentElement.hidden = waiting === "0";
      document.title = (waiting === "0" ? "" : `(${waiting}) `) + document.title.replace(/^\(\d+\+?\) /, "");
    }
    if (!count) return;
    const said = document.querySelector("[data-news-said]");
    if (said.textContent !== words(said, count)) said.textContent = words(said, count);
    const line = document.querySelector("[data-news-line]");
    if (!line) return;
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = words(line, count);
    line.replaceChildren(link);
  };

  if (queue) {
    setInterval(async () => {
      // Without the network there is no news; the next half minute asks again
      const news = await ask().catch(() => null);
      if (news) show(news);
    }, 30000);
  }

  // The menu closes as menus do
  if (menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
})();
