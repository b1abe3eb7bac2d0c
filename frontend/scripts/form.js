import "./htmx.js";

// The draft is saved a moment after each change; what the server answers stands in the line "已保存 10:24".
const form = document.querySelector("form[data-autosave]");
if (form) {
  const status = document.getElementById("saved");
  form.addEventListener("htmx:sendError", () => {
    status.textContent = status.dataset.offline;
  });
  form.addEventListener("htmx:responseError", () => {
    status.textContent = status.dataset.failed;
  });
  sendAfterSaving(form);
}

// Each save gives the form a new revision: it is sent with the newest one, and nothing is saved behind its back.
function sendAfterSaving(form) {
  const settled = 60; // htmx writes new attribute values 20 ms after it has put the answer into the page
  let saving = false;
  let leaving = false;
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving) event.preventDefault();
    else saving = true;
  });
  form.addEventListener("htmx:afterRequest", () => {
    saving = false;
    if (leaving) setTimeout(() => form.submit(), settled);
  });
  form.addEventListener("submit", (event) => {
    leaving = true;
    if (saving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
}

// Choosing a file uploads it at once; without a script the button beside it does.
for (const input of document.querySelectorAll("input[type=file][data-upload]")) {
  const button = input.form.querySelector("button[type=submit]");
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    const limit = Number(input.dataset.limit);
    const problem = document.getElementById(`${input.id}-problem`);
    if (limit && input.files[0].size > limit) {
      problem.textContent = input.dataset.tooLarge;
      problem.hidden = false;
      input.value = "";
      return;
    }
    button.disabled = true;
    button.textContent = button.dataset.busy;
    input.form.submit();
  });
}
