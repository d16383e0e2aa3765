using System.Diagnostics;
using System.Text.Unicode;
using Motet.Net;

namespace Motet.Http;

/// <summary>From bytes to messages.</summary>
public sealed partial class WebSocket
{
    private FrameRules Rules
        => (_isServer ? FrameRules.Masked : FrameRules.None) | (Deflate is null ? FrameRules.None : FrameRules.Compression) | (_message is null ? FrameRules.None : FrameRules.InMessage);

    private int Receive(Span<byte> data)
    {
        if (_phase == Phase.Open)
        {
            if (IsBusy)
            {
                _connection.PauseInput();
                return 0;
            }

            _awaitsLife = false;
            _connection.SetDeadline(_timeout);
            if (_message is not null && IsTooSlow(_message))
            {
                Fail(WebSocketViolation.MessageTooSlow);
                return data.Length;
            }
        }

        var position = 0;
        while (position < data.Length)
        {
            if (_phase == Phase.Over) return data.Length;
            var rest = data[position..];
            int taken;
            bool goesOn;
            if (_message is { FrameLeft: > 0 })
            {
                goesOn = ReceivePayload(rest, out taken);
            }
            else
            {
                var headerLength = FrameHeader.Parse(rest, Rules, out var header);
                if (headerLength <= 0)
                {
                    if (headerLength == 0) return position;
                    Fail((WebSocketViolation)(-headerLength));
                    return data.Length;
                }

                var end = (ulong)headerLength + header.PayloadLength;
                if (header.IsControl)
                {
                    if (end > (ulong)rest.Length) return position;
                    taken = (int)end;
                    goesOn = ReceiveControl(header, rest[headerLength..taken]);
                }
                else if (header.IsFinal && _message is null && end <= (ulong)rest.Length && _phase == Phase.Open)
                {
                    taken = (int)end;
                    goesOn = ReceiveWhole(header, rest[headerLength..taken]);
                }
                else
                {
                    taken = headerLength;
                    goesOn = BeginFrame(header);
                }
            }

            position += taken;
            if (goesOn) continue;
            if (_phase == Phase.Over || !_connection.IsOpen) return data.Length;

            // The handler is waited for. When it has closed the connection meanwhile, what comes is dropped, frame by frame.
            if (_phase == Phase.Open) return position;
        }

        return position;
    }

    /// <summary>Looked at when something comes, which a ping sees to if need be: a deadline of its own would be a timer more.</summary>
    private bool IsTooSlow(MessageAssembly message)
        => _options.MessageTimeout != System.Threading.Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(message.AwaitedSince, EventLoop.Now) > _options.MessageTimeout;

    /// <summary>A message that is all there.</summary>
    private bool ReceiveWhole(in FrameHeader header, Span<byte> payload)
    {
        if (payload.Length > _options.MaxMessageBytes) return Fail(WebSocketViolation.MessageTooBig);
        if (_isServer) FrameMask.Apply(payload, header.Key);
        var isText = header.Opcode == Opcode.Text;
        if (header.IsCompressed) return ReceiveCompressed(payload, isText ? MessageKind.Text : MessageKind.Binary);
        if (isText && !Utf8.IsValid(payload)) return Fail(WebSocketViolation.BadText);
        return HandOver(payload, isText ? MessageKind.Text : MessageKind.Binary);
    }

    /// <summary>A frame of a message that comes in parts, or whose bytes do.</summary>
    private bool BeginFrame(in FrameHeader header)
    {
        var before = _message?.Bytes.Length ?? 0;
        if (_phase == Phase.Open && header.PayloadLength > (ulong)(_options.MaxMessageBytes - before)) return Fail(WebSocketViolation.MessageTooBig);
        if (_message is null) _message = MessageAssembly.Begin(header, EventLoop.Now, isDropped: _phase != Phase.Open);
        else _message.BeginFrame(header);
        if (_message.EmptyFragments > _options.MaxEmptyFragments && _phase == Phase.Open) return Fail(WebSocketViolation.TooManyEmptyFragments);
        return header.PayloadLength > 0 || ReceivePayload(default, out _);
    }

    private bool ReceivePayload(ReadOnlySpan<byte> bytes, out int taken)
    {
        var message = _message!;
        if (!message.Append(bytes, _isServer, out taken)) return Fail(WebSocketViolation.BadText);
        if (!message.IsComplete) return true;
        _message = null;
        var goesOn = message.IsDropped || (message.IsCompressed ? ReceiveCompressed(message.Bytes, message.Kind) : HandOver(message.Bytes, message.Kind));
        message.End();
        return goesOn;
    }

    private bool ReceiveCompressed(Span<byte> payload, MessageKind kind)
    {
        var violation = Deflate!.Decompress(payload, _options.MaxMessageBytes, out var message);
        try
        {
            if (violation == WebSocketViolation.None && kind == MessageKind.Text && !Utf8.IsValid(message.Span)) violation = WebSocketViolation.BadText;
            return violation == WebSocketViolation.None ? HandOver(message.Span, kind) : Fail(violation);
        }
        finally
        {
            message.Dispose();
        }
    }

    /// <summary>Gives the message to the handler.</summary>
    /// <returns>Whether the next one may follow now.</returns>
    private bool HandOver(ReadOnlySpan<byte> message, MessageKind kind) => Received(message, kind) && _connection.IsOpen;

    private bool ReceiveControl(in FrameHeader header, Span<byte> payload)
    {
        if (_isServer) FrameMask.Apply(payload, header.Key);
        if (header.Opcode == Opcode.Close) return ReceiveClose(payload);
        if (_phase != Phase.Open) return true;
        if (!CountControlFrame()) return Fail(WebSocketViolation.TooManyControlFrames);
        if (header.Opcode == Opcode.Ping) Answer(payload);
        return true;
    }

    private bool CountControlFrame()
    {
        var second = (uint)(EventLoop.Now / Stopwatch.Frequency);
        if (_controlSecond != second) (_controlSecond, _controlFrames) = (second, 0);
        return ++_controlFrames <= _options.MaxControlFramesPerSecond;
    }

    /// <summary>RFC 6455 §5.5.3: while a ping waits for its answer, answering the latest is enough. So a peer that pings and does not read costs one answer.</summary>
    private void Answer(ReadOnlySpan<byte> ping)
    {
        if (_connection.Pending < FewPending || _connection.Flush()) WriteControl(Opcode.Pong, ping);
        else if (_connection.IsOpen) RareState.UnansweredPing = ping.ToArray();
    }
}
