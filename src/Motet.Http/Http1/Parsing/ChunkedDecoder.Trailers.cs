using System.Buffers;
using System.Text;

namespace Motet.Http;

internal sealed partial class ChunkedDecoder
{
    // Nearly every trailer section is a checksum or a status or two.
    private const int InitialTrailers = 4;

    private byte[]? _trailerBytes;
    private int _gathered;
    private int _nextTrailer;
    private HeaderField[] _trailers = [];
    private int _trailerCount;

    /// <summary>
    /// The trailer lines in the order they came; offsets are into <see cref="TrailerBytes"/>. Valid once
    /// <see cref="IsComplete"/>, until <see cref="Reset"/>. They must not be merged with the headers (RFC 9110 §6.5.1).
    /// </summary>
    public ReadOnlySpan<HeaderField> Trailers => _trailers.AsSpan(0, _trailerCount);

    /// <summary>The trailer section as sent.</summary>
    public ReadOnlySpan<byte> TrailerBytes => _trailerBytes.AsSpan(0, _nextTrailer);

    /// <summary>The index of the first trailer with this name, from <paramref name="from"/> on, or -1. Names compare without case.</summary>
    public int FindTrailer(ReadOnlySpan<byte> name, int from = 0) => FieldLine.Find(Trailers, TrailerBytes, name, from);

    // RFC 9112 §7.1.2. Lines are gathered because they outlive the source; how much of the source they were is known when the
    // empty line is found, and the rest is not consumed.
    private int GatherTrailers(ReadOnlySpan<byte> source)
    {
        _trailerBytes ??= ArrayPool<byte>.Shared.Rent(_limits.MaxTrailerBytes);
        var before = _gathered;
        var count = Math.Min(source.Length, _limits.MaxTrailerBytes - before);
        source[..count].CopyTo(_trailerBytes.AsSpan(before));
        _gathered += count;

        ReadTrailers(_trailerBytes.AsSpan(0, _gathered));
        if (_state == ChunkedState.Trailers && _gathered == _limits.MaxTrailerBytes) Reject(RejectReason.TrailersTooLarge);
        return _state == ChunkedState.Complete ? _nextTrailer - before : count;
    }

    private void ReadTrailers(ReadOnlySpan<byte> window)
    {
        while (_nextTrailer < window.Length)
        {
            if (window[_nextTrailer] == '\r')
            {
                if (_nextTrailer + 1 == window.Length) return;
                if (window[_nextTrailer + 1] != '\n')
                {
                    Reject(RejectReason.BadTrailer);
                    return;
                }
                _nextTrailer += 2;
                _state = ChunkedState.Complete;
                return;
            }

            var next = FieldLine.Scan(window, _nextTrailer, out var field);
            if (next == FieldLine.NeedMore) return;
            if (next < 0 || IsForbidden(field.Name(window)))
            {
                Reject(RejectReason.BadTrailer);
                return;
            }
            if (_trailerCount == _limits.MaxHeaderCount)
            {
                Reject(RejectReason.TooManyHeaders);
                return;
            }
            if (_trailerCount == _trailers.Length) Array.Resize(ref _trailers, Math.Max(InitialTrailers, _trailerCount * 2));
            _trailers[_trailerCount++] = field;
            _nextTrailer = next;
        }
    }

    // RFC 9110 §6.5.1: framing and routing are decided by the head. A sender must not repeat them here, and one that does hopes for a reader that merges.
    private static bool IsForbidden(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => Ascii.EqualsIgnoreCase(name, "host"u8),
        14 => Ascii.EqualsIgnoreCase(name, "content-length"u8),
        17 => Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8),
        _ => false,
    };

    private void ResetTrailers()
    {
        if (_trailerBytes is not null) ArrayPool<byte>.Shared.Return(_trailerBytes);
        _trailerBytes = null;
        _gathered = _nextTrailer = _trailerCount = 0;
    }
}
