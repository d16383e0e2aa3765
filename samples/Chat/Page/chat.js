const messages = document.getElementById("messages");
const status = document.getElementById("status");
const form = document.getElementById("form");
const name = document.getElementById("name");
const text = document.getElementById("text");
const error = document.getElementById("error");

// The browser reconnects by itself and says which message it saw last; the server sends the ones after it.
const events = new EventSource("/events");
events.onopen = () => show("connected", "connected");
events.onerror = () => show("connecting", "reconnecting …");
events.onmessage = event => add(JSON.parse(event.data));

function show(state, label) {
  status.dataset.state = state;
  status.textContent = label;
}

function add(message) {
  const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  const article = document.createElement("article");
  const author = document.createElement("b");
  author.textContent = message.name;
  author.style.setProperty("--hue", hue(message.name));
  article.classList.toggle("own", message.name === name.value.trim());
  article.append(author, message.text);
  messages.append(article);
  if (isAtEnd) article.scrollIntoView({ block: "end" });
}

// The same name has the same colour on every screen.
function hue(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}

form.addEventListener("submit", async event => {
  event.preventDefault();
  localStorage.setItem("name", name.value);
  const body = JSON.stringify({ name: name.value, text: text.value });
  try {
    const answer = await fetch("/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!answer.ok) throw new Error(await answer.text() || answer.statusText);
    text.value = "";
    error.hidden = true;
  } catch (reason) {
    error.textContent = `Not sent: ${reason.message}`;
    error.hidden = false;
  }
  text.focus();
});

name.value = localStorage.getItem("name") ?? "";
(name.value ? text : name).focus();
