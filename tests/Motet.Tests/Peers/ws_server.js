// A server for the client under test, with npm's ws: node ws_server.js plain|compress|contexts|windows. Says its port.
const { WebSocketServer } = require('ws');

const mode = process.argv[2];
const deflate = { plain: false, windows: { serverMaxWindowBits: 9, clientMaxWindowBits: 10, threshold: 0 } };
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: deflate[mode] ?? { threshold: 0 }, maxPayload: 1 << 26, handleProtocols: (names) => names.has('echo') && 'echo' });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : data.toString();
    if (text === '!close') {
      socket.close(3001, 'as you like \u2713');
    } else if (text === '!ping') {
      socket.once('pong', (payload) => socket.send(payload.toString() === 'payload' ? 'pong came' : 'another pong'));
      socket.ping('payload');
    } else if (text === '!parts') {
      socket.send('in ', { fin: false });
      socket.send('three ', { fin: false });
      socket.send('parts', { fin: true });
    } else {
      socket.send(data, { binary: isBinary });
    }
  });
  socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`));
});
