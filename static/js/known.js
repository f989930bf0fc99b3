// "Enter a call": who has the number that somebody is typing. Without this there is a button for it.
"use strict";

(() => {
  const ENOUGH = 7; // digits: fewer belong to many
  const place = document.querySelector("[data-known]");
  const phone = document.querySelector("[name=phone]");
  if (!place || !phone) return;
  const list = place.querySelector("[data-known-list]");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let waiting;
  let asked = "";

  // The number travels in the body, so that it stands in no address and no log
  const ask = async (digits) => {
    const answer = await fetch(place.dataset.known, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ phone: digits }),
    });
    // Somebody may have typed on meanwhile, and then this is the answer to an older question
    if (answer.ok && !answer.redirected && digits === asked) list.innerHTML = await answer.text();
  };

  const look = () => {
    const digits = phone.value.replace(/\D/g, "");
    if (digits === asked) return;
    asked = digits;
    list.replaceChildren();
    if (digits.length >= ENOUGH) ask(digits).catch(() => {}); // without the network the button is still there
  };

  place.querySelector("[name=look_up]").hidden = true;
  phone.closest(".mb-3").after(place);
  phone.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 300);
  });
})();
