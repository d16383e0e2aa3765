using System.Runtime.CompilerServices;
using System.Text.Json;
using Motet.Net;

namespace Motet.Http.Tests;

public class RespondJsonTests
{
    [Fact]
    public async Task SmallValueGoesOutInOnePiece()
    {
        var response = await AskAsync(request => request.RespondJsonAsync(new Item("a", 1), TestJson.Default.Item));
        Assert.Equal("{\"name\":\"a\",\"count\":1}", response.Body);
        Assert.Equal("application/json", response["Content-Type"]);
        Assert.Equal("22", response["Content-Length"]);
    }

    [Fact]
    public async Task StatusAndTypeAreTheCallers()
    {
        var response = await AskAsync(request => request.RespondJsonAsync(HttpStatus.Created, new Item("a", 1), TestJson.Default.Item, "application/vnd.a+json"));
        Assert.Equal((201, "application/vnd.a+json"), (response.Status, response["Content-Type"]));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public async Task LargeValueGoesOutWhole(int count)
    {
        var items = Enumerable.Range(0, count).Select(i => new Item($"name {i}", i)).ToList();
        var response = await AskAsync(request => request.RespondJsonAsync(items, TestJson.Default.ListItem));
        Assert.Equal(items, JsonSerializer.Deserialize(response.BodyBytes, TestJson.Default.ListItem));
        Assert.Equal(response.BodyBytes.Length, int.Parse(response["Content-Length"]!));
    }

    [Fact]
    public async Task ValueThatCannotBeWrittenIsAFailureAndLeavesNothingBehind()
    {
        await using var server = await TestServer.StartAsync(request =>
        {
            var item = new Item("a", 1);
            for (var i = 0; request.Path == "/deep" && i < 20; i++) item = new Item("a", 1, item);
            return request.RespondJsonAsync(item, TestJson.Default.Item);
        });
        using var client = await server.ConnectAsync();

        Assert.Equal(500, (await client.AskAsync(RawClient.Get("/deep"))).Status);
        Assert.Equal("{\"name\":\"a\",\"count\":1}", (await client.AskAsync(RawClient.Get())).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task SequenceBecomesAnArray(int count)
    {
        var response = await AskAsync(request => request.RespondJsonArrayAsync(CountAsync(count, waits: false), TestJson.Default.Int32));
        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, count))}]", response.Body);
        Assert.Equal(count > 10_000 ? "chunked" : null, response["Transfer-Encoding"]);
        Assert.Equal("application/json", response["Content-Type"]);
    }

    [Fact]
    public async Task ItemsAreSentBeforeTheNextOneIsWaitedFor()
    {
        var next = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(request => request.RespondJsonArrayAsync(ItemsAsync(), TestJson.Default.Int32));
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());

        await client.ReadHeadAsync();
        Assert.Equal("2\r\n[1\r\n", await client.ReadTextAsync(7));
        next.SetResult();
        Assert.Equal("3\r\n,2]\r\n0\r\n\r\n", await client.ReadTextAsync(13));

        async IAsyncEnumerable<int> ItemsAsync()
        {
            yield return 1;
            await next.Task;
            yield return 2;
        }
    }

    [Fact]
    public async Task SequenceThatFailsEndsTheConnection()
    {
        await using var server = await TestServer.StartAsync(request => request.RespondJsonArrayAsync(FailAsync(request.Path == "/late"), TestJson.Default.Int32));
        using var early = await server.ConnectAsync();
        Assert.Equal(500, (await early.AskAsync(RawClient.Get())).Status);
        using var late = await server.ConnectAsync();
        await late.SendAsync(RawClient.Get("/late"));
        await late.ExpectResetAsync();

        static async IAsyncEnumerable<int> FailAsync(bool waits)
        {
            yield return 1;
            if (waits) await Task.Yield();
            throw new InvalidOperationException();
        }
    }

    [Theory]
    [InlineData("left")]
    [InlineData("canceled")]
    [InlineData("canceled, unheeded")]
    public async Task SequenceThatIsWaitedForEndsWhenSendingFails(string how)
    {
        var go = new TaskCompletionSource();
        var failure = new TaskCompletionSource<(Exception, bool)>();
        var hasEnded = false;
        using var cancel = new CancellationTokenSource();
        await using var server = await TestServer.StartAsync(async request =>
        {
            try
            {
                await request.RespondJsonArrayAsync(how == "canceled, unheeded" ? ItemsAsync() : WaitAsync(), TestJson.Default.Int32, cancellationToken: cancel.Token);
            }
            catch (Exception exception)
            {
                failure.SetResult((exception, hasEnded));
                throw;
            }
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawClient.Get());
        await client.ReadHeadAsync();
        await client.ReadTextAsync(7);
        if (how == "left")
        {
            client.Reset();
            await server.CloseReasonAsync();
        }

        go.SetResult();
        var (exception, hadEnded) = await failure.Task.Within();
        Assert.True(hadEnded);
        if (how == "left") Assert.IsType<ConnectionClosedException>(exception);
        else Assert.IsAssignableFrom<OperationCanceledException>(exception);

        async IAsyncEnumerable<int> WaitAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                yield return 1;
                await go.Task;
                yield return 2;
                if (how == "left") await Task.Delay(Timeout.Infinite, cancellationToken);
                await BeCanceledAsync(cancellationToken);
            }
            finally
            {
                hasEnded = true;
            }
        }

        async IAsyncEnumerable<int> ItemsAsync()
        {
            try
            {
                yield return 1;
                await go.Task;
                yield return 2;
                cancel.Cancel();
                await Task.Yield();
                yield return 3;
            }
            finally
            {
                hasEnded = true;
            }
        }

        async Task BeCanceledAsync(CancellationToken cancellationToken)
        {
            cancel.Cancel();
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task SmallValueAllocatesNoMoreThanItsSerializer()
    {
        var item = new Item("a", 1);
        var allocated = long.MaxValue;
        await using var server = await TestServer.StartAsync(request =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var response = request.RespondJsonAsync(item, TestJson.Default.Item);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            return response;
        });
        using var client = await server.ConnectAsync();

        for (var i = 0; i < 100; i++) await client.AskAsync(RawClient.Get());
        Assert.Equal(0, allocated);
    }

    private static async IAsyncEnumerable<int> CountAsync(int count, bool waits, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < count; i++)
        {
            if (waits) await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    private static async Task<RawResponse> AskAsync(HttpHandler handler)
    {
        await using var server = await TestServer.StartAsync(handler);
        using var client = await server.ConnectAsync();
        return await client.AskAsync(RawClient.Get());
    }
}
