import { Connection } from "/connection.js";

const [messages, here, status, form, name, text, error] = ["messages", "here", "status", "form", "name", "text", "error"].map(id => document.getElementById(id));
const rooms = [...document.querySelectorAll("nav a")];

let connection;
let entered = {};
let newestList = 0;

// Into the room of the address, under the name in the form: what changes either comes in anew.
function enter() {
  const visitor = { room: rooms.find(room => room.hash === location.hash)?.hash.slice(1) ?? "lobby", name: name.value.trim() };
  if (visitor.room === entered.room && visitor.name === entered.name) return;
  connection?.close();
  if (visitor.room !== entered.room) messages.replaceChildren();
  for (const room of rooms) room.ariaCurrent = room.hash === `#${visitor.room}` ? "page" : null;
  entered = visitor;
  newestList = 0;
  lose("connecting …");
  connection = new Connection(visitor, { onOpen, onMessage, onLost: () => lose("reconnecting …") });
}

function onOpen(way) {
  status.dataset.state = "connected";
  status.textContent = "connected";
  status.title = way;
}

function lose(label) {
  status.dataset.state = "connecting";
  status.textContent = label;
  here.textContent = "";
}

function onMessage(message) {
  if (message.error) showError(message.error);
  else if (message.text) addOnce(message);
  else showPeople(message);
}

// Who comes in, or comes back, is sent what was said lately: some of it is here already.
function addOnce(message) {
  const id = `message-${message.id}`;
  if (document.getElementById(id)) return;
  const article = document.createElement("article");
  const author = document.createElement("b");
  article.id = id;
  author.textContent = message.name;
  author.style.setProperty("--hue", hue(message.name));
  article.classList.toggle("own", message.name === entered.name);
  article.append(author, message.text);
  append(article);
}

function showPeople({ id, joined, left, names, count }) {
  if (joined || left) {
    const notice = document.createElement("p");
    notice.textContent = joined ? `${joined} is here` : `${left} has left`;
    append(notice);
  }

  // Two lists at the same time may come in either order.
  if (id < newestList) return;
  newestList = id;
  here.textContent = count > names.length ? `${names.join(", ")} and ${count - names.length} more` : names.join(", ");
}

function append(element) {
  const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  messages.append(element);
  if (isAtEnd) element.scrollIntoView({ block: "end" });
}

// The same name has the same colour on every screen.
function hue(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}

function showError(reason) {
  error.textContent = reason;
  error.hidden = !reason;
}

form.addEventListener("submit", async event => {
  event.preventDefault();
  enter();
  const said = text.value;
  text.value = "";
  text.focus();
  try {
    await connection.send(said);
    showError("");
  } catch (reason) {
    text.value ||= said;
    showError(`Not sent: ${reason.message}`);
  }
});

name.addEventListener("change", () => {
  localStorage.setItem("name", name.value);
  enter();
});
addEventListener("hashchange", enter);

name.value = localStorage.getItem("name") ?? "";
(name.value ? text : name).focus();
enter();
