// A connection to a room: a WebSocket or, where that does not get through, server-sent events and POST. It comes back by itself, after pauses that grow.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const PATIENCE = 5_000;
const AWAY = "the server is away.";

// For those who want to see the other way: /?sse
const onlyEvents = new URLSearchParams(location.search).has("sse");

// Once a WebSocket got through, a failure says that the server is away.
let webSocketGetsThrough = false;

export class Connection {
  #visitor;
  #listener;
  #way;
  #opening = Promise.withResolvers();
  #isOpen = false;
  #failures = 0;
  #retry;

  // The visitor has a room and a name, the listener onOpen(way), onMessage(message) and onLost().
  constructor(visitor, listener) {
    this.#visitor = new URLSearchParams(visitor);
    this.#listener = listener;
    this.#connect();
  }

  // Throws when it is not sent.
  async send(text) {
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error(AWAY)));
    await Promise.race([this.#opening.promise, late]);
    await this.#way.send(JSON.stringify({ text }));
  }

  close() {
    clearTimeout(this.#retry);
    this.#way.close();
  }

  #connect() {
    const useEvents = onlyEvents || (!webSocketGetsThrough && this.#failures % 2 === 1);
    this.#way = (useEvents ? overEvents : overWebSocket)(`/chat?${this.#visitor}`, {
      open: () => {
        webSocketGetsThrough ||= !useEvents;
        this.#isOpen = true;
        this.#failures = 0;
        this.#opening.resolve();
        this.#listener.onOpen(useEvents ? "server-sent events" : "WebSocket");
      },
      receive: data => this.#listener.onMessage(JSON.parse(data)),
      lose: () => this.#lose(),
      end: () => {
        this.#lose();
        const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
        this.#retry = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
      },
    });
  }

  #lose() {
    if (this.#isOpen) this.#opening = Promise.withResolvers();
    this.#isOpen = false;
    this.#listener.onLost();
  }
}

function overWebSocket(url, { open, receive, end }) {
  const socket = new WebSocket(location.origin.replace("http", "ws") + url);
  const giveUp = setTimeout(() => socket.close(), PATIENCE);
  socket.onopen = () => {
    clearTimeout(giveUp);
    open();
  };
  socket.onmessage = event => receive(event.data);
  socket.onclose = end;
  return {
    send: async body => {
      if (socket.readyState !== WebSocket.OPEN) throw new Error(AWAY);
      socket.send(body);
    },
    close: () => {
      clearTimeout(giveUp);
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
    },
  };
}

function overEvents(url, { open, receive, lose, end }) {
  const events = new EventSource(url);
  events.onopen = open;
  events.onmessage = event => receive(event.data);

  // While it connects again by itself, it says which event was its last, and gets those after it.
  events.onerror = () => events.readyState === EventSource.CLOSED ? end() : lose();
  return {
    send: async body => {
      const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
      if (!answer.ok) throw new Error(await answer.text() || answer.statusText);
    },
    close: () => events.close(),
  };
}
