// One reading a second comes over the WebSocket; each plot shows the last minute, and glides on between two readings.

const SECONDS = 60;
const RETRY_AFTER = 1000;

const status = document.getElementById("status");
const traffic = document.getElementById("traffic");
const glides = !matchMedia("(prefers-reduced-motion: reduce)").matches;

let readings = [];

const plots = [
  plot("requests", "Requests", "a second", 0),
  plot("deliveries", "Messages delivered", "a second", 0),
  plot("connections", "Connections", "open", 0),
  plot("lag", "Event loop, length of a turn", "ms", 3),
  plot("cpu", "Processor", "% of one", 1),
  plot("memory", "Memory", "MiB", 1),
];

// Makes a plot of one value of the readings; returns what draws it.
function plot(key, title, unit, digits) {
  const figure = document.getElementById("plot").content.cloneNode(true).firstElementChild;
  const [now, data, line, area, top] = ["output", ".data", ".line", ".area", ".top"].map(selector => figure.querySelector(selector));
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  figure.id = key;
  figure.querySelector("b").textContent = title;
  figure.querySelector("small").textContent = unit;
  figure.querySelector("svg").ariaLabel = `${title}, ${unit}, in the last minute`;
  document.getElementById("plots").append(figure);
  return () => {
    const values = readings.map(reading => reading[key]);
    const ceiling = niceCeiling(Math.max(...values));
    const points = values.map((value, i) => `${SECONDS - values.length + 1 + i} ${(100 - value / ceiling * 96).toFixed(2)}`);
    const path = `M${points.join("L")}`;
    line.setAttribute("d", path);
    area.setAttribute("d", `${path}V100H${SECONDS - values.length + 1}Z`);
    now.textContent = format.format(values.at(-1));
    top.textContent = ceiling.toLocaleString("en");
    if (glides) data.animate([{ transform: "translateX(1px)" }, { transform: "none" }], 1000);
  };
}

// The next of 1, 2, 5, 10, 20, 50 …
function niceCeiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(factor => factor * power).find(nice => nice >= value);
}

function connect() {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/readings");
  socket.onopen = () => {
    readings = [];
    show("connected", "live");
  };
  socket.onmessage = event => {
    readings = [...readings, JSON.parse(event.data)].slice(-SECONDS - 1);
    for (const draw of plots) draw();
  };
  socket.onclose = () => {
    show("connecting", "reconnecting …");
    setTimeout(connect, RETRY_AFTER);
  };
}

function show(state, label) {
  status.dataset.state = state;
  status.textContent = label;
}

// Six requests at a time, as many as a browser makes, for ten seconds.
traffic.addEventListener("click", async () => {
  traffic.disabled = true;
  const end = performance.now() + 10_000;
  const ask = async () => {
    while (performance.now() < end) await fetch("/hello");
  };
  await Promise.allSettled(Array.from({ length: 6 }, ask));
  traffic.disabled = false;
});

connect();
