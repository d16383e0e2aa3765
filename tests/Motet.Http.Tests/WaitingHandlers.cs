namespace Motet.Http.Tests;

/// <summary>Handlers that wait for what the path says, and record how they ended.</summary>
internal sealed class WaitingHandlers
{
    public int Running;
    public int Aborted;
    public List<Exception> Failures { get; } = [];

    public async ValueTask HandleAsync(HttpRequest request)
    {
        if (request.Path == "/other")
        {
            await request.RespondAsync("other");
            return;
        }

        Interlocked.Increment(ref Running);
        var aborted = request.Aborted;
        using var registration = aborted.Register(() => Interlocked.Increment(ref Aborted));
        try
        {
            switch (request.Path)
            {
                case "/wait":
                    await Task.Delay(Timeout.Infinite, aborted);
                    break;
                case "/body":
                    await request.Body.ReadAllAsync(1 << 20);
                    break;
                case "/stream":
                    while (true)
                    {
                        await request.SendChunkAsync(new byte[10_000]);
                        await Task.Yield();
                    }

                default:
                    await request.SendHeadersAsync();
                    await Task.Delay(Timeout.Infinite, aborted);
                    break;
            }
        }
        catch (Exception exception)
        {
            Failures.Add(exception);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref Running);
        }
    }
}
