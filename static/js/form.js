// Puts away the questions that do not apply, marks the one that is needed now, and leads the eye to what is wrong.
// The form works the same without it.
(function () {
  "use strict";

  function chosen(form, name) {
    const input = form.querySelector('input[name="' + name + '"]:checked');
    return input ? input.value : "";
  }

  function part(form, name) {
    const found = document.getElementById("div_id_" + name);
    return found && form.contains(found) ? found : null;
  }

  function show(form, name, applies) {
    const question = part(form, name);
    if (question) question.hidden = !applies && !question.querySelector(".is-invalid");
  }

  function need(form, name, needed) {
    const question = part(form, name);
    if (!question) return;
    question.querySelector("input").required = needed;
    question.classList.toggle("is-needed", needed);
  }

  function settle(form) {
    const relation = chosen(form, "patient_relation");
    const method = chosen(form, "contact_method");
    const speaks = method === "phone" || method === "text";
    show(form, "requester_name", relation === "child" || relation === "other");
    if (relation === "self" && part(form, "requester_name")) part(form, "requester_name").hidden = true;
    need(form, "requester_name", relation === "child" || relation === "other");
    // The number or the address comes directly beneath the way that was chosen; an address is also good for a receipt
    show(form, "phone", speaks);
    show(form, "email", method !== "");
    need(form, "phone", speaks);
    need(form, "email", method === "email");
    show(form, "voicemail_ok", method === "" || method === "phone");
    show(form, "best_time", method === "" || speaks);
    sayWhom(form);
  }

  // The line that says whom a link named goes on to be true when another is chosen
  function sayWhom(form) {
    const line = form.querySelector(".prefilled strong");
    const select = form.querySelector(".prefilled select");
    if (line && select) line.textContent = select.options[select.selectedIndex].text;
  }

  Array.prototype.forEach.call(document.querySelectorAll("form.form"), function (form) {
    settle(form);
    form.addEventListener("change", function () { settle(form); });
    // Coming back, a browser fills the answers in again without a change event; so does keep.js
    window.addEventListener("pageshow", function () { settle(form); });
    form.addEventListener("restored", function () { settle(form); });
  });

  // Where the browser has not seen to it by itself, as older ones do not
  const summary = document.getElementById("error-summary");
  if (summary) window.addEventListener("load", function () { summary.focus(); });
})();
