// Whatever scrolls sideways can be reached and scrolled with the keyboard; what does not scroll is no stop for Tab.
const reach = () => {
  for (const block of document.querySelectorAll("article pre, .table-wrapper, .output.text_html, .graph, div.math, mjx-container")) {
    const scrolls = block.scrollWidth > block.clientWidth + 1 && getComputedStyle(block).overflowX !== "visible";
    if (scrolls) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
};
// A prediction of a lab is made in the page: choose or write, and the folded answer below says what was predicted.
const predictions = () => {
  for (const card of document.querySelectorAll(".prediction.asked")) {
    const note = Object.assign(document.createElement("p"), { className: "said" });
    note.setAttribute("role", "status");
    const say = (words) => {
      note.textContent = words ? `You say ${words}. What comes is folded after the exercise's check.` : "";
      for (const shown of document.querySelectorAll(`.prediction.revealed[data-key="${card.dataset.key}"]`)) {
        const right = shown.querySelector("strong ~ div strong")?.textContent === words;
        shown.querySelector(".said").textContent = words ? `you said ${words}${right ? ", and so it is" : ""}.` : "";
      }
    };
    const choices = [...card.querySelectorAll("ol > li")];
    choices.forEach((choice, at) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: choice.textContent });
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        for (const other of card.querySelectorAll("li > button")) other.setAttribute("aria-pressed", String(other === button));
        say(`${"abcdefgh"[at]}) ${button.textContent}`);
      });
      choice.replaceChildren(button);
    });
    if (!choices.length) {
      const field = Object.assign(document.createElement("input"), { type: "text" });
      field.setAttribute("aria-label", `Your prediction ${card.dataset.key}`);
      field.addEventListener("change", () => say(field.value.trim()));
      card.append(field);
    }
    card.append(note);
  }
};

addEventListener("DOMContentLoaded", predictions);
addEventListener("load", reach);
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);
