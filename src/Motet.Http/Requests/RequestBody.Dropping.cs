namespace Motet.Http;

/// <summary>What a handler did not read, and what is in the way of the next request.</summary>
public sealed partial class RequestBody
{
    /// <summary>
    /// Reads and drops what has arrived. When the rest is too much (<see cref="ServerLimits.MaxDroppedBodyBytes"/>) or cannot be read, the request is marked to close the
    /// connection: the response was sent, so nobody can be told.
    /// </summary>
    /// <returns>Whether that is done; false when more has to arrive.</returns>
    internal bool TryDrop()
    {
        if (!CanBeDropped)
        {
            _request.CloseAfterResponse();
            return true;
        }

        Span<byte> destination = stackalloc byte[4096];
        var allowed = _request.Limits.MaxDroppedBodyBytes;
        try
        {
            while (_state != BodyState.Complete)
            {
                // One byte more than is allowed, so that the end of a body of just that length is still met.
                var read = TryRead(destination[..Math.Min(destination.Length, allowed - _dropped + 1)]);
                if (read < 0) return false;
                _dropped += read;
                if (_dropped <= allowed) continue;
                _request.CloseAfterResponse();
                return true;
            }
        }
        catch (IOException exception)
        {
            GiveUp(exception);
        }

        return true;
    }

    /// <summary>Goes on with what <see cref="TryDrop"/> began, as more arrives.</summary>
    internal async ValueTask DropAsync()
    {
        var connection = _request.Connection;
        while (!TryDrop())
        {
            BeginWait();
            try
            {
                await connection.ReadAsync(Memory<byte>.Empty);
            }
            catch (IOException exception)
            {
                GiveUp(exception);
                return;
            }
            finally
            {
                EndWait();
            }
        }
    }

    private void GiveUp(IOException exception)
    {
        if (exception is RequestRejectedException rejection) HttpMetrics.Rejected(rejection.Reason);
        _request.CloseAfterResponse();
    }
}
