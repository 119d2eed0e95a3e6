/* What the page itself does, apart from the widgets. */

/* A term's definition is its link's title. With a script running it is shown by our own style,
   so that the keyboard reaches it too; without one the browser shows the title. */
for (const link of document.querySelectorAll("a.glossary-term[title]")) {
  link.dataset.tip = link.title;
  link.setAttribute("aria-description", link.title);
  link.removeAttribute("title");
  const place = () => {
    const box = link.getClientRects()[0];
    const width = Math.min(352, document.documentElement.clientWidth - 32);
    const over = box.left + width + 16 - document.documentElement.clientWidth;
    link.style.setProperty("--tip-shift", `${-Math.max(0, over)}px`);
  };
  link.addEventListener("pointerenter", place);
  link.addEventListener("focus", place);
}

/* A drawing wider than the screen moves sideways; then the keyboard must reach it. */
for (const drawing of document.querySelectorAll('.bd-article :is(p, figure) > img[src$=".svg"]')) {
  const box = drawing.parentElement;
  new ResizeObserver(() => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }).observe(drawing);
}
