// Keeps a half-filled form in this tab's own storage until it is sent: whoever leaves to read something loses nothing.
// A form is kept where it says data-keep; the page after it says data-sent, with the form's address. Nothing leaves the browser.
(function () {
  "use strict";

  const PREFIX = "form ";
  let storage;
  try {
    storage = window.sessionStorage;
  } catch {
    return; // the reader allows no storage: the form works without
  }

  function questions(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.name !== "website" && field.type !== "hidden" && field.type !== "submit";
    });
  }

  function isChoice(field) {
    return field.type === "radio" || field.type === "checkbox";
  }

  function answers(form) {
    const found = {};
    questions(form).forEach(function (field) {
      if (isChoice(field) ? !field.checked : !field.value) return;
      (found[field.name] = found[field.name] || []).push(field.value);
    });
    return found;
  }

  function keep(form) {
    storage.setItem(PREFIX + location.pathname, JSON.stringify(answers(form)));
  }

  // What a link prefilled or the browser brought back by itself stands
  function restore(form) {
    const kept = JSON.parse(storage.getItem(PREFIX + location.pathname) || "{}");
    const answered = answers(form);
    questions(form).forEach(function (field) {
      if (!kept[field.name] || answered[field.name]) return;
      if (isChoice(field)) field.checked = kept[field.name].indexOf(field.value) >= 0;
      else field.value = kept[field.name][0];
      const fold = field.closest("details.fold");
      if (fold && (field.checked || !isChoice(field))) fold.open = true;
    });
    form.dispatchEvent(new Event("restored"));
  }

  const sent = document.querySelector("[data-sent]");
  if (sent) storage.removeItem(PREFIX + sent.dataset.sent);
  Array.prototype.forEach.call(document.querySelectorAll("form[data-keep]"), function (form) {
    // A form that came back with errors holds the answers already
    if (document.getElementById("error-summary")) keep(form);
    else restore(form);
    form.addEventListener("input", function () { keep(form); });
    form.addEventListener("change", function () { keep(form); });
  });
})();
