// The notice above every page: read in full on a phone, or put away for as long as this tab is open.
(function () {
  "use strict";

  const notice = document.getElementById("notice");
  const text = notice.querySelector(".notice__text");
  const more = notice.querySelector(".notice__more");
  const KEY = "notice put away";
  let storage = null;
  try {
    storage = window.sessionStorage;
  } catch {
    // the reader allows no storage: the notice comes back on the next page
  }

  notice.hidden = Boolean(storage) && storage.getItem(KEY) === text.textContent;
  more.hidden = text.scrollWidth <= text.clientWidth;

  more.addEventListener("click", function () {
    notice.classList.add("notice--whole");
    more.hidden = true;
    text.tabIndex = -1;
    text.focus();
  });
  notice.querySelector(".notice__close").addEventListener("click", function () {
    if (storage) storage.setItem(KEY, text.textContent);
    notice.hidden = true;
    document.querySelector("main").focus({ preventScroll: true });
  });
})();
