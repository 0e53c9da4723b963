// Whatever scrolls sideways can be reached and scrolled with the keyboard; what does not scroll is no stop for Tab.
const reach = () => {
  for (const block of document.querySelectorAll("article pre, .table-wrapper, .output.text_html, .graph, div.math, mjx-container")) {
    const scrolls = block.scrollWidth > block.clientWidth + 1 && getComputedStyle(block).overflowX !== "visible";
    if (scrolls) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);
