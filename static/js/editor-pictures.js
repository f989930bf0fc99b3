// The editor's picture window: hands the chosen picture to the window that opened this one.
"use strict";
const opened = document.querySelector("[data-function]");
for (const button of document.querySelectorAll("[data-src]")) {
  button.addEventListener("click", () => {
    const { src, alt, caption, id } = button.dataset;
    window.opener.CKEDITOR.tools.callFunction(opened.dataset.function, src, { id, alternative_text: alt, caption });
    window.close();
  });
}
