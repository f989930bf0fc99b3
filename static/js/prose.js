// Names the rich-text editors for screen readers: by the label and the help of the field they stand for.
"use strict";

document.addEventListener("prose-editor:ready", ({ detail: { textarea, editor } }) => {
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const attributes = { role: "textbox", "aria-multiline": "true" };
  if (label) attributes["aria-label"] = label.textContent.replace(/:\s*$/, "").trim();
  const help = document.getElementById(`${textarea.id}_helptext`);
  if (help) attributes["aria-describedby"] = help.id;
  editor.setOptions({ editorProps: { attributes } });
});
