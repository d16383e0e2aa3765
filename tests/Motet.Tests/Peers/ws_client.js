// A client of the server under test, with npm's ws: node ws_client.js URL plain|compress|contexts|windows
const assert = require('assert');
const WebSocket = require('ws');

const [url, mode] = process.argv.slice(2);
const deflate = { plain: false, windows: { serverMaxWindowBits: 9, clientMaxWindowBits: 10 } };
const options = { perMessageDeflate: deflate[mode] ?? { threshold: 0 } };

function open() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['unknown', 'echo'], options);
    const waiting = [];
    const arrived = [];
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? data : data.toString();
      if (waiting.length) waiting.shift()(message);
      else arrived.push(message);
    });
    socket.next = () => (arrived.length ? Promise.resolve(arrived.shift()) : new Promise((done) => waiting.push(done)));
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

const closed = (socket) => new Promise((resolve) => socket.on('close', (code, reason) => resolve([code, reason.toString()])));

async function main() {
  const socket = await open();
  assert.strictEqual(socket.protocol, 'echo');
  assert.strictEqual(socket.extensions.includes('permessage-deflate'), mode !== 'plain');
  for (const text of ['', 'a', 'Hello, \u20ac \u{1f600}', 'a'.repeat(125), 'a'.repeat(126), '\u00e9'.repeat(40000), 'a'.repeat(1 << 20)]) {
    socket.send(text);
    assert.strictEqual(await socket.next(), text);
  }
  for (const data of [Buffer.alloc(0), Buffer.from([0]), Buffer.alloc(70000, 7), Buffer.alloc(1 << 20, 255)]) {
    socket.send(data);
    assert.ok(data.equals(await socket.next()));
  }
  socket.send('in ', { fin: false });
  socket.send('three ', { fin: false });
  socket.send('parts', { fin: true });
  assert.strictEqual(await socket.next(), 'in three parts');
  for (const payload of ['', 'payload', 'p'.repeat(125)]) {
    const pong = new Promise((resolve) => socket.once('pong', (data) => resolve(data.toString())));
    socket.ping(payload);
    assert.strictEqual(await pong, payload);
  }
  socket.pong('nobody asked');
  for (let i = 0; i < 1000; i++) socket.send(`number ${i}`);
  for (let i = 0; i < 1000; i++) assert.strictEqual(await socket.next(), `number ${i}`);
  const end = closed(socket);
  socket.close(4001, 'that is all');
  assert.strictEqual((await end)[0], 4001);

  const other = await open();
  const told = closed(other);
  other.send('!close');
  assert.deepStrictEqual(await told, [3001, 'as you like \u2713']);
  console.log('done');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
