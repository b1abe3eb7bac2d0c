// The console by keyboard: j and k walk the rows, x ticks, Enter opens, a leads to what can be done, / looks, ? explains.
const form = document.querySelector("form[data-queue]");

// Only the editor asks the server while somebody types.
if (document.querySelector("[hx-post]")) import("./htmx.js");
const search = document.getElementById("q");

const help = document.querySelector("[data-keys-help]");
if (help) help.hidden = false;

const anywhere = {
  "/": () => search?.focus(),
  // Only the focus moves: what is done to a case is always confirmed with Enter.
  a: () => document.querySelector("[data-acts] .govuk-button, .act-bar .govuk-button")?.focus(),
  "?": () => {
    if (!help) return;
    help.open = !help.open;
    help.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const act = anywhere[event.key];
  if (!act || isTyping(event)) return;
  event.preventDefault();
  act();
});

if (form) {
  const rows = [...form.querySelectorAll("tr[data-row]")];
  const boxes = rows.map((row) => row.querySelector("input[name=case]"));
  const all = form.querySelector("input[data-all]");
  let here = -1;

  const go = (to) => {
    if (!rows[to]) return;
    rows[here]?.classList.remove("is-here");
    here = to;
    rows[here].classList.add("is-here");
    rows[here].querySelector("th a").focus();
    rows[here].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (isTyping(event)) return;
    if (event.key === "j") go(Math.min(here + 1, rows.length - 1));
    else if (event.key === "k") go(Math.max(here - 1, 0));
    else if (event.key === "x" && boxes[here]) boxes[here].checked = !boxes[here].checked;
    else return;
    event.preventDefault();
  });

  form.addEventListener("focusin", (event) => {
    const at = rows.indexOf(event.target.closest("tr"));
    if (at < 0 || at === here) return;
    rows[here]?.classList.remove("is-here");
    here = at;
    rows[here].classList.add("is-here");
  });

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) if (box) box.checked = all.checked;
    });
  }
}

/** Whether the key belongs to a field or to the browser. */
function isTyping(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
