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

// Whatever needs attention first gets the focus.
document.querySelector(".desk [role=alert]")?.focus();
