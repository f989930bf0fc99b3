/* An article's form: keeps unsaved text in this browser.
   What is kept belongs to one person, one article and the saved copy it started from. It goes when the article is
   saved and, by idle.js, when its writer signs out. */
(() => {
  "use strict";
  const PREFIX = "article-draft:";
  const editors = new Map(); // textarea -> its rich-text editor

  document.addEventListener("prose-editor:ready", ({ detail }) => {
    editors.set(detail.textarea, detail.editor);
    // What was brought back before the editor was there
    const { broughtBack } = detail.textarea.dataset;
    if (broughtBack !== undefined) detail.editor.commands.setContent(broughtBack);
  });

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const write = (key, value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Storage is full or forbidden: saving still works, only the net is missing
    }
  };

  const start = () => {
    // A save answered with "saved": what was sent has arrived
    const wasSaved = document.querySelector(".messagelist .success") !== null;
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const kept = read(key);
      if (!kept || (kept.sent && wasSaved)) localStorage.removeItem(key);
      else if (kept.sent) write(key, { ...kept, sent: false });
    }

    const panel = document.querySelector("[data-keep]");
    const form = document.getElementById("article_form");
    if (!panel || !form) return;
    const { keep, user, back, older, drop, show } = panel.dataset;
    const key = `${PREFIX}${user}:${keep}`;
    const copy = form.elements.copy ? form.elements.copy.value : "";

    const isText = (field) =>
      field.name && !field.name.startsWith("_") && !["hidden", "file", "submit", "password"].includes(field.type);
    const isBox = (field) => field.type === "checkbox" || field.type === "radio";
    const fields = () => [...form.elements].filter((field) => isText(field) && field.id);
    const texts = () => Object.fromEntries(fields().map((field) => [field.id, isBox(field) ? field.checked : field.value]));

    function put(field, value) {
      if (isBox(field)) field.checked = value;
      else field.value = value;
      const editor = editors.get(field);
      if (editor) editor.commands.setContent(value);
      else if (field.tagName === "TEXTAREA") field.dataset.broughtBack = value;
    }

    // A row of citations or pictures that was added and never saved is added again
    const fieldWith = (id) => {
      const row = /^id_(citations|images)-(\d+)-/.exec(id);
      for (let tries = 0; row && !document.getElementById(id) && tries <= Number(row[2]); tries += 1) {
        const add = document.querySelector(`#${row[1]}-group .add-row a`);
        if (!add) break;
        add.click();
      }
      return document.getElementById(id);
    };

    const bringBack = (kept) => {
      for (const [id, value] of Object.entries(kept.texts)) {
        const field = fieldWith(id);
        if (field) put(field, value);
      }
    };

    const say = (words, buttons) => {
      const box = document.createElement("div");
      box.className = "writing__kept";
      box.setAttribute("role", "status");
      box.append(words);
      for (const [label, action] of buttons) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = label;
        button.addEventListener("click", action);
        box.append(button);
      }
      panel.prepend(box);
      return box;
    };

    let mayKeep = true;
    let isTouched = false;
    const forget = () => {
      mayKeep = false;
      localStorage.removeItem(key);
      location.reload();
    };

    const lookForKept = () => {
      const kept = read(key);
      if (!kept) return;
      if (kept.copy === copy) {
        bringBack(kept);
        say(back, [[drop, forget]]);
        return;
      }
      mayKeep = false; // until its writer has decided about the older text
      const box = say(older, [
        [show, () => { bringBack(kept); box.remove(); mayKeep = true; keepText(); }],
        [drop, forget],
      ]);
    };

    const keepText = () => {
      if (mayKeep && isTouched) write(key, { copy, texts: texts(), sent: false });
    };

    let timer;
    const soon = () => {
      isTouched = true;
      clearTimeout(timer);
      timer = setTimeout(keepText, 400);
    };

    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    // Whoever signs out leaves nothing behind (idle.js)
    document.addEventListener("submit", ({ target }) => {
      if (target !== form) mayKeep = false;
    });
    addEventListener("pagehide", () => form.dataset.sent === undefined && keepText());
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      form.dataset.sent = "";
      write(key, { copy, texts: texts(), sent: true });
    });
    // After the admin's own scripts have made their rows
    setTimeout(lookForKept);
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
