// The desk's small conveniences. Every page works without them.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = document.querySelector(button.dataset.copy);
    text.select();
    navigator.clipboard.writeText(text.value);
    if (button.dataset.copied) button.textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A page that is opened to be printed asks for the printer at once.
if (document.querySelector("[data-print-now]")) addEventListener("load", () => print());

// Whatever needs attention first gets the focus.
document.querySelector(".desk [role=alert], .desk [data-focus]")?.focus();

// Enter in a field presses the form's first button, which takes no step: the page need not be fetched for that.
document.querySelector("[data-nothing]")?.addEventListener("click", (event) => event.preventDefault());

// On the way to the next request a note that was typed and not added is pointed out once.
const note = document.querySelector("[data-page=request] textarea[name]");
for (const next of document.querySelectorAll("[data-unsaved] a")) {
  next.addEventListener("click", (event) => {
    const words = next.parentElement.dataset.unsaved;
    if (!note || note.value === note.defaultValue || note.getAttribute("aria-description") === words) return;
    event.preventDefault();
    note.setAttribute("aria-description", words);
    note.insertAdjacentHTML("afterend", `<strong class="step__error" role="alert"></strong>`);
    note.nextElementSibling.textContent = words;
    note.focus();
  });
}
