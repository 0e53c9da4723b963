// Built without npm: formulas stand as they were written, and the page says so once.
document.addEventListener("DOMContentLoaded", () => {
  const first = document.querySelector(".math");
  if (!first) return;
  const note = document.createElement("p");
  note.className = "absent";
  note.textContent = "Formulas are shown as written in TeX: this site was built without npm, which brings MathJax.";
  (document.querySelector("article h1") || first).after(note);
});
