// Puts away the questions that do not apply, and leads the eye to what is wrong. The form works the same without it.
(function () {
  "use strict";

  function chosen(form, name) {
    const input = form.querySelector('input[name="' + name + '"]:checked');
    return input ? input.value : "";
  }

  function show(form, name, applies) {
    const part = document.getElementById("div_id_" + name);
    if (part && form.contains(part) && !part.querySelector(".is-invalid")) part.hidden = !applies;
  }

  function settle(form) {
    const relation = chosen(form, "patient_relation");
    const method = chosen(form, "contact_method");
    const speaks = method === "phone" || method === "text";
    show(form, "requester_name", relation === "child" || relation === "other");
    // Nothing is put away before a way is chosen, and the e-mail address stays: it is where a receipt goes
    show(form, "phone", method === "" || speaks);
    show(form, "voicemail_ok", method === "" || method === "phone");
    show(form, "best_time", method === "" || speaks);
  }

  Array.prototype.forEach.call(document.querySelectorAll("form.form"), function (form) {
    settle(form);
    form.addEventListener("change", function () { settle(form); });
    // Coming back, a browser fills the answers in again without a change event
    window.addEventListener("pageshow", function () { settle(form); });
  });

  // Where the browser has not seen to it by itself, as older ones do not
  const summary = document.getElementById("error-summary");
  if (summary) window.addEventListener("load", function () { summary.focus(); });
})();
