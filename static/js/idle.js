/* Staff are signed out by the server after half an hour away. This warns them two minutes before, tells the server
   while they type, and keeps half-typed text over a sign-out: in this tab only, for the same person and page only. */
(() => {
  const KEPT = "kept-text";
  const WARN = 120; // seconds before the end
  const EVERY = 60; // seconds between questions to the server
  const { session, user, signedOut, title, text, stay, kept: comeBack } = document.currentScript.dataset;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  const keep = (value) => sessionStorage.setItem(KEPT, JSON.stringify(value));

  // The sign-in page was shown, so what was kept did not reach the server: it may come back
  if (signedOut !== undefined) {
    if (kept) keep({ ...kept, lost: true });
    return;
  }

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const dialog = make(
    "dialog",
    { id: "idle", role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-text" },
    make("h2", { id: "idle-title" }, title),
    make("p", { id: "idle-text" }, text),
    make("button", { type: "button", class: "button" }, stay),
  );
  const said = make("p", { id: "idle-kept", role: "status" });
  document.body.append(dialog);
  (document.querySelector("main") || document.body).prepend(said);

  const areas = () => [...document.querySelectorAll("textarea[name]")];
  const nameOf = (area) => area.id || area.name;

  const keepText = () => {
    const changed = areas().filter((area) => area.value !== area.defaultValue);
    keep({ user, path: location.pathname, texts: changed.map((area) => [nameOf(area), area.value]) });
  };

  const bringBack = () => {
    const mine = kept && kept.lost && kept.user === user;
    if (mine && kept.path !== location.pathname) return; // on the way back to its page
    sessionStorage.removeItem(KEPT);
    if (!mine) return;
    const texts = new Map(kept.texts);
    const lost = areas().filter((area) => texts.has(nameOf(area)));
    for (const area of lost) area.value = texts.get(nameOf(area));
    if (!lost.length) return;
    said.textContent = comeBack;
    lost[0].focus();
  };

  let active = false;
  let timer;

  const leave = () => {
    keepText();
    location.replace(location.pathname + location.search);
  };

  const secondsLeft = async () => {
    const headers = { "X-Background": active ? "0" : "1" };
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
  document.addEventListener("submit", (event) => {
    // Whoever signs out leaves nothing behind; any other form may come too late
    const leadsTo = new URL(event.target.getAttribute("action") || "", location.href).pathname;
    if (!leadsTo.includes("logout")) return keepText();
    sessionStorage.removeItem(KEPT);
    for (const key of Object.keys(localStorage)) if (key.startsWith("article-draft:")) localStorage.removeItem(key);
  });
  bringBack();
  timer = setTimeout(look, EVERY * 1000);
})();
