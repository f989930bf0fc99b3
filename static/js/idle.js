/* Staff are signed out by the server after half an hour away. This warns them two minutes before, tells the server
   while they type, and keeps half-typed text over a sign-out: in this tab only, for the same person and page only. */
(() => {
  const KEPT = "kept-text";
  const WARN = 120; // seconds before the end
  const EVERY = 60; // seconds between questions to the server
  const { session, user, signedOut } = document.currentScript.dataset;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  const keep = (value) => sessionStorage.setItem(KEPT, JSON.stringify(value));

  // The sign-in page was shown, so what was kept did not reach the server: it may come back
  if (signedOut !== undefined) {
    if (kept) keep({ ...kept, lost: true });
    return;
  }

  const dialog = document.getElementById("idle");
  const areas = () => [...document.querySelectorAll("textarea[name]")];
  const nameOf = (area) => area.id || area.name;

  const keepText = () => {
    const changed = areas().filter((area) => area.value !== area.defaultValue);
    keep({ user, path: location.pathname, texts: changed.map((area) => [nameOf(area), area.value]) });
  };

  const bringBack = () => {
    sessionStorage.removeItem(KEPT);
    if (!kept || !kept.lost || kept.user !== user || kept.path !== location.pathname) return;
    const texts = new Map(kept.texts);
    const lost = areas().filter((area) => texts.has(nameOf(area)));
    for (const area of lost) area.value = texts.get(nameOf(area));
    if (!lost.length) return;
    const said = document.getElementById("idle-kept");
    said.textContent = said.dataset.text;
    said.classList.remove("visually-hidden");
    lost[0].focus();
  };

  let active = false;
  let timer;

  const leave = () => {
    keepText();
    location.replace(location.pathname + location.search);
  };

  const secondsLeft = async () => {
    const headers = active ? {} : { "X-Background": "1" };
    const response = await fetch(session, { headers, cache: "no-store" });
    if (response.status === 401) return 0;
    if (!response.ok) throw new Error(response.statusText);
    active = false;
    return (await response.json()).seconds;
  };

  const look = async () => {
    clearTimeout(timer);
    let next = EVERY;
    try {
      const left = await secondsLeft();
      if (left <= 0) return leave();
      if (left > WARN) {
        if (dialog.open) dialog.close();
        next = Math.min(EVERY, left - WARN);
      } else {
        if (!dialog.open) dialog.showModal();
        next = Math.min(EVERY, left);
      }
    } catch {
      // No network just now; the server keeps the time
    }
    timer = setTimeout(look, next * 1000 + 500);
  };

  const alive = () => {
    active = true;
    if (dialog.open) look();
  };

  for (const event of ["keydown", "pointerdown", "click"]) addEventListener(event, alive, { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  document.addEventListener("submit", (event) => event.target.method === "post" && keepText());
  bringBack();
  timer = setTimeout(look, EVERY * 1000);
})();
