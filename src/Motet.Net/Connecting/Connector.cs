using System.Net;
using System.Net.Sockets;
using Motet.Runtime;

namespace Motet.Net;

/// <summary>Establishes connections. The connection lives on the loop that it was asked for on, so these methods are called on a loop's thread.</summary>
public static class Connector
{
    /// <summary>
    /// Connects to an address, or to a name: its addresses are tried in turn, IPv6 and IPv4 alternating, each beside the ones before it after
    /// <see cref="ConnectOptions.AttemptDelay"/>, and the first that answers wins (RFC 8305, "happy eyeballs"). Cancelled with the current <see cref="CancelScope"/>; a cancelled attempt leaves nothing open. Loop thread only.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/>, a <see cref="UnixDomainSocketEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    /// <param name="handler">Serves the connection; null to read and write in sequence (input is paused then).</param>
    /// <param name="options">Limits; the defaults when null.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">No address could be reached; the error is that of the last attempt.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or the loop ended.</exception>
    /// <exception cref="TimeoutException"><see cref="ConnectOptions.Timeout"/> passed.</exception>
    public static Task<Connection> ConnectAsync(EndPoint endPoint, ConnectionHandler? handler = null, ConnectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var loop = EventLoop.Current ?? throw new InvalidOperationException("A connection lives on an event loop; connect from one, for example with EventLoop.RunAsync.");
        return CancelScope.CallAsync(token => ConnectAsync(loop, endPoint, handler, options ?? new ConnectOptions(), token), cancellationToken);
    }

    private static async Task<Connection> ConnectAsync(EventLoop loop, EndPoint endPoint, ConnectionHandler? handler, ConnectOptions options, CancellationToken cancellationToken)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = new CancellationTokenSource(options.Timeout, loop.TimeProvider);
        using var link = deadline.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), race);
        try
        {
            var addresses = await ResolveAsync(endPoint, race.Token);
            var descriptor = await RaceAsync(loop, addresses, options.AttemptDelay, race.Token);
            var connection = new Connection(NetLoop.Current, descriptor, options.Connection, owner: null);
            NetMetrics.Opened();
            connection.Start(handler ?? PullHandler.Instance);
            return connection;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Connecting to {endPoint} took longer than {options.Timeout}.");
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    /// <summary>RFC 8305 §4: the families alternate, beginning with the one that the resolver put first.</summary>
    internal static List<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count == 0) return [];
        var first = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily));
        var second = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily));
        var result = new List<IPAddress>(addresses.Count);
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var one)) result.Add(one);
            if (second.TryDequeue(out var other)) result.Add(other);
        }

        return result;
    }

    private static async Task<IReadOnlyList<EndPoint>> ResolveAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        if (endPoint is not DnsEndPoint name) return [endPoint];
        var addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellationToken);
        return [.. Interleave(addresses).Select(address => new IPEndPoint(address, name.Port))];
    }

    /// <summary>Starts one attempt after the other; the first descriptor that is connected is the result, all others are closed.</summary>
    internal static async Task<int> RaceAsync(EventLoop loop, IReadOnlyList<EndPoint> addresses, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0) throw new SocketException((int)SocketError.HostNotFound);
        var attempts = new List<ConnectAttempt>(addresses.Count);
        var running = new List<Task<int>>(addresses.Count);
        Exception? lastError = null;
        try
        {
            foreach (var address in addresses)
            {
                var attempt = new ConnectAttempt(loop, address);
                attempts.Add(attempt);
                running.Add(attempt.Task);

                // The next address gets its turn after the delay, or as soon as all attempts so far have failed.
                var isLast = attempts.Count == addresses.Count;
                var pause = isLast ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.Delay(delay, loop.TimeProvider, cancellationToken);
                while (running.Count > 0)
                {
                    var finished = await Task.WhenAny(running.Append(pause));
                    if (finished == pause)
                    {
                        await pause;
                        break;
                    }

                    var connecting = (Task<int>)finished;
                    if (connecting.IsCompletedSuccessfully) return attempts.First(candidate => candidate.Task == connecting).Take();
                    lastError = connecting.Exception?.InnerException;
                    running.Remove(connecting);
                }
            }

            throw lastError ?? new SocketException((int)SocketError.HostUnreachable);
        }
        finally
        {
            foreach (var attempt in attempts) attempt.Abandon();
        }
    }
}
