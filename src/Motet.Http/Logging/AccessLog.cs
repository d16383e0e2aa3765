using System.Diagnostics;

namespace Motet.Http;

/// <summary>
/// A line for each request, in the common or combined log format with the real duration. Event loops format lines into pages of memory and never wait for the output: a thread of the log writes the
/// pages, a tenth of a second after their first line at the latest. When the output does not keep up, lines are left out and counted, and the log says how many. Serving may go on after the log was
/// disposed; nothing is logged then.
/// </summary>
/// <remarks>The peer is the address of the connection, the time (UTC) that of the end of the response, the size that of its body as far as it was sent (<c>-</c> for none), the status 499 when the client was gone before there was one.
/// A rejected request, whose line cannot be trusted, is logged as <c>"-"</c>. Bytes that could forge a line or speak to a terminal are written as <c>\xHH</c>.</remarks>
public sealed class AccessLog : IAsyncDisposable
{
    /// <summary>Pages that may be in use at once, 64 KiB each. 4 MiB is 50,000 lines: a quarter of a second of a loop's full load, for an output that stalls or a thread that gets no processor. They are made when they are needed.</summary>
    private const int MaxPages = 64;

    // How long the end waits for an output that has stalled.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly Stream _output;
    private readonly Lock _gate = new();
    private readonly Queue<AccessLogPage> _full = new(MaxPages);
    private readonly Stack<AccessLogPage> _free = new(MaxPages);
    private readonly List<AccessLogWriter> _writers = [];
    private readonly SemaphoreSlim _work = new(0);
    private readonly Thread _thread;
    private int _pages;
    private long _linesLost;
    private long _linesLostTold;
    private bool _isEnding;
    private bool _hasAll;

    /// <summary>Creates a log, and its thread.</summary>
    /// <param name="output">Where the lines go, such as <see cref="Console.OpenStandardError()"/>; written by the log's thread alone, and not disposed.</param>
    /// <param name="format">The shape of a line.</param>
    public AccessLog(Stream output, AccessLogFormat format = AccessLogFormat.Common)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        Format = format;
        _thread = new Thread(WriteAll) { IsBackground = true, Name = "Motet access log" };
        _thread.Start();
    }

    /// <summary>The shape of a line.</summary>
    public AccessLogFormat Format { get; }

    /// <summary>Lines that were left out so far because the output did not keep up or failed. Any thread.</summary>
    public long LinesLost => Volatile.Read(ref _linesLost);

    /// <summary>Writes what there is and ends the log, within two seconds if the output or a loop stalls. Requests that complete from now on are not logged.</summary>
    public async ValueTask DisposeAsync()
    {
        AccessLogWriter[] writers;
        lock (_gate)
        {
            if (_isEnding) return;
            _isEnding = true;
            writers = [.. _writers];
        }

        // A page is its loop's as long as that runs; a loop that has ended leaves what it is given to the thread pool.
        var start = Stopwatch.GetTimestamp();
        var handedOver = Task.WhenAll(writers.Select(static writer => writer.Loop.InvokeAsync(writer.HandOver)));
        await Task.WhenAny(handedOver, Task.Delay(FlushTimeout)).ConfigureAwait(false);
        lock (_gate) _hasAll = true;
        _work.Release();
        var left = FlushTimeout - Stopwatch.GetElapsedTime(start);
        await Task.Run(() => _thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero)).ConfigureAwait(false);
    }

    /// <summary>What the connections of one loop write with. Loop thread.</summary>
    internal AccessLogWriter WriterOf(HttpLoop loop)
    {
        lock (_gate)
        {
            var writer = _writers.Find(writer => writer.Loop == loop.EventLoop);
            if (writer is null) _writers.Add(writer = new AccessLogWriter(this, loop.EventLoop));
            return writer;
        }
    }

    /// <summary>An empty page, or null when all are full or being written. Any thread.</summary>
    internal AccessLogPage? TryRentPage()
    {
        lock (_gate)
        {
            if (_isEnding) return null;
            if (_free.TryPop(out var page)) return page;
            if (_pages == MaxPages) return null;
            _pages++;
            return new AccessLogPage();
        }
    }

    /// <summary>Has the page written. Any thread.</summary>
    internal void Submit(AccessLogPage page)
    {
        lock (_gate) _full.Enqueue(page);
        _work.Release();
    }

    /// <summary>No page was to be had. Not a loss once the log is to end.</summary>
    internal void CountUnwritten()
    {
        if (!Volatile.Read(ref _isEnding)) CountLost(1);
    }

    private void CountLost(int lines)
    {
        Interlocked.Add(ref _linesLost, lines);
        HttpMetrics.LogLinesLost.Add(lines);
    }

    private void WriteAll()
    {
        while (true)
        {
            _work.Wait();
            AccessLogPage? page;
            lock (_gate)
            {
                if (!_full.TryDequeue(out page) && _hasAll) return;
            }

            if (page is null) continue;
            Write(page);
            page.Clear();
            lock (_gate) _free.Push(page);
        }
    }

    private void Write(AccessLogPage page)
    {
        try
        {
            TellLost();
            _output.Write(page.Written);
            _output.Flush();
        }
        catch (Exception exception)
        {
            // A closed terminal, a full disk, a stream that has its own idea of an error: requests are served all the same, and the counter tells. What escaped here would end the process.
            Debug.WriteLine(exception);
            CountLost(page.Lines);
        }
    }

    private void TellLost()
    {
        var lost = LinesLost;
        if (lost == _linesLostTold) return;
        _output.Write(System.Text.Encoding.ASCII.GetBytes($"# {lost - _linesLostTold} requests are missing here: the output of the log did not keep up\n"));
        _linesLostTold = lost;
    }
}
