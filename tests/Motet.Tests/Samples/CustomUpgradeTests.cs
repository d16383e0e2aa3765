namespace Motet.Tests;

public sealed class CustomUpgradeTests
{
    [Fact]
    public async Task AfterTheUpgradeTheBytesAreEchoed()
    {
        await using var sample = await ServerProcess.StartAsync("samples/CustomUpgrade");
        using var client = await sample.ConnectAsync();
        await client.SayAsync("GET /here HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nbehind the request");
        Assert.Equal("HTTP/1.1 101 Switching Protocols", await client.HearAsync());
        while (await client.HearAsync() is not "")
        {
        }

        Assert.Equal("You came by /here; from now on it echoes.", await client.HearAsync());
        Assert.Equal("behind the request", await client.HearAsync());
        await client.SayAsync("GET / HTTP/1.1");
        Assert.Equal("GET / HTTP/1.1", await client.HearAsync());
    }

    [Fact]
    public async Task WhoAsksForNoUpgradeGetsAPage()
    {
        await using var sample = await ServerProcess.StartAsync("samples/CustomUpgrade");
        using var client = new HttpClient { BaseAddress = sample.Url };
        Assert.Equal("Ask for 'Upgrade: echo'.\n", await client.GetStringAsync("/").Within());
    }
}
