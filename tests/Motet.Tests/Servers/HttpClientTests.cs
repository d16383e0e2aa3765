using Motet.Runtime;

namespace Motet.Tests;

/// <summary>The HTTP client of .NET in a coprocess on an event loop.</summary>
public sealed class HttpClientTests : IAsyncLifetime
{
    private readonly Server _server = new(new ServerOptions { Loops = 1 });
    private readonly EventLoop _loop = EventLoop.Start();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _client;

    private HttpClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server.Listen("http://127.0.0.1:0");
        _server.Http("/hello", request => request.RespondAsync("Hello!\n"));
        _server.Http("/never", async request =>
        {
            _entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, request.Aborted);
        });
        await _server.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri($"http://{_server.EndPoints[0]}") };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server.DisposeAsync();
        await _loop.DisposeAsync();
    }

    [Fact]
    public Task ARequestComesBackToItsCoprocess() => RunAsync(async () =>
    {
        var self = Coprocess.Current;
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal("Hello!\n", await Client.GetStringAsync("/hello", CancelScope.CurrentToken));
            Assert.True(_loop.IsCurrent);
            Assert.Same(self, Coprocess.Current);
        }
    });

    [Fact]
    public Task AScopeThatFiresCutsARequestShort() => RunAsync(async () =>
    {
        var scope = new CancelScope();
        Assert.False(await scope.RunAsync(() => RequestAsync(scope, scope)));
        Assert.True(scope.CancelCaught);
        Assert.True(_loop.IsCurrent);
        Assert.Equal("Hello!\n", await Client.GetStringAsync("/hello"));
    });

    [Fact]
    public Task AnInnerScopeLeavesTheCancelOfAnOuterOneAlone() => RunAsync(async () =>
    {
        var outer = new CancelScope();
        var inner = new CancelScope();
        var wentOn = false;
        Assert.False(await outer.RunAsync(async () =>
        {
            await inner.RunAsync(() => RequestAsync(inner, outer));
            wentOn = true;
        }));
        Assert.True(outer.CancelCaught);
        Assert.False(inner.CancelCaught);
        Assert.False(wentOn);
    });

    [Fact]
    public Task TheClientsOwnTimeoutIsNoCancelOfTheScope() => RunAsync(async () =>
    {
        using var client = new HttpClient { BaseAddress = Client.BaseAddress, Timeout = TimeSpan.FromMilliseconds(50) };
        var scope = new CancelScope();
        await Assert.ThrowsAsync<TaskCanceledException>(() => scope.RunAsync(() => client.GetStringAsync("/never", scope.Token)));
        Assert.False(scope.CancelCaught);
    });

    [Fact]
    public Task ACallThroughTheScopeEndsWithTheScopesOwnException() => RunAsync(async () =>
    {
        var isComplete = await CancelScope.MoveOnAfterAsync(TimeSpan.FromMilliseconds(50), async scope =>
        {
            var thrown = await Assert.ThrowsAsync<ScopeCanceledException>(() => CancelScope.CallAsync(token => Client.GetStringAsync("/never", token)));
            Assert.Same(scope, thrown.Scope);
            throw thrown;
        });
        Assert.False(isComplete);
    });

    /// <summary>Asks for what never comes in one scope, and cancels another one when the server works on it.</summary>
    private async Task RequestAsync(CancelScope scope, CancelScope canceled)
    {
        var request = Client.GetStringAsync("/never", scope.Token);
        await _entered.Task;
        canceled.Cancel();
        await request;
    }

    private Task RunAsync(Func<Task> body) => _loop.RunAsync(() => Coprocess.Spawn(body).AsTask()).Within();
}
