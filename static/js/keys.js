// Keys for whoever works on requests all day: one letter, never while typing, never for what came of a call.
// They are listed by "?" and can be switched off; the browser remembers (WCAG 2.1.4).
(() => {
  const OFF = "desk.keys.off";
  const dialog = document.querySelector("[data-keys]");
  const opener = document.querySelector("[data-keys-open]");
  if (!dialog || !opener) return;
  const isOn = dialog.querySelector("input");
  isOn.checked = !localStorage.getItem(OFF);
  isOn.addEventListener("change", () => {
    if (isOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  dialog.querySelector("button").addEventListener("click", () => dialog.close());

  const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox]), select, textarea");

  document.addEventListener("keydown", (event) => {
    if (!isOn.checked || dialog.open || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("a, button")) wanted.click();
    else wanted.focus();
  });
})();
