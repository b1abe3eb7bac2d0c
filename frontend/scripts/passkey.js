// Passkeys (WebAuthn): the options come from the page as JSON; the credential goes back in a hidden field.
const data = document.getElementById("passkey-options");
const form = document.querySelector("form[data-passkey]");

if (form && window.PublicKeyCredential) {
  const field = form.querySelector("input[name=credential]");
  const start = form.querySelector("[data-passkey-start]");
  start.hidden = false;
  start.addEventListener("click", async (event) => {
    event.preventDefault();
    const problem = document.getElementById("passkey-problem");
    problem.hidden = true;
    try {
      field.value = JSON.stringify(await credential(form.dataset.passkey));
      form.submit();
    } catch {
      problem.hidden = false;
      problem.focus();
    }
  });
}

async function credential(kind) {
  const given = data ? JSON.parse(data.textContent) : await fetched();
  if (kind === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(chosen(given.creation_options.publicKey));
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given.request_options.publicKey);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}

/** A key that signs in by itself must be kept in the device and prove the person. */
function chosen(publicKey) {
  const isPasskey = form.querySelector("input[name=passwordless]")?.checked ?? true;
  const selection = publicKey.authenticatorSelection;
  selection.residentKey = isPasskey ? "required" : "discouraged";
  selection.requireResidentKey = isPasskey;
  if (isPasskey) selection.userVerification = "required";
  return publicKey;
}

async function fetched() {
  const response = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`options answered ${response.status}`);
  return response.json();
}
