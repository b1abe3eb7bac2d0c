import "./htmx.js";

// Suggestions close with Escape or when the search box is left; arrow keys walk them.
for (const box of document.querySelectorAll(".search-box")) {
  const list = box.querySelector(".suggestions");
  const input = box.querySelector("input[type=search]");
  if (!list || !input) continue;
  const close = () => list.replaceChildren();
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      input.focus();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...list.querySelectorAll("a")];
    const here = stops.indexOf(document.activeElement);
    if (here < 0 || stops.length === 1) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    stops[(here + step + stops.length) % stops.length].focus();
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) close();
  });
}

// What narrows the results stands open beside them, and folded above them on a phone.
const wide = window.matchMedia("(min-width: 60em)");
for (const facets of document.querySelectorAll("[data-open-when-wide]")) {
  const fit = () => {
    facets.open = wide.matches;
  };
  fit();
  wide.addEventListener("change", fit);
}
