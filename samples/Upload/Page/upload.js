const show = transfer => `${transfer.name}: ${transfer.received} bytes${transfer.isComplete ? ", complete" : ""}\n`;
new EventSource("/progress").onmessage = event => {
  document.getElementById("progress").textContent = JSON.parse(event.data).map(show).join("");
};
