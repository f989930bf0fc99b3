// The desk's small conveniences. Every page works without them.
"use strict";

// "3 new, show them": asks once in thirty seconds, marked so that it does not count as activity.
const news = document.querySelector("[data-news]");
if (news) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(news.dataset.news, { headers: { "X-Background": "1" } });
    if (!answer.ok || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) return;
    const { count } = await answer.json();
    if (!count) return;
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = count === 1 ? news.dataset.one : news.dataset.many.replace("N", count);
    news.replaceChildren(link);
  }, 30000);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = document.querySelector(button.dataset.copy);
    text.select();
    navigator.clipboard.writeText(text.value);
  });
}

// Whatever needs attention first gets the focus.
document.querySelector(".desk [role=alert]")?.focus();
