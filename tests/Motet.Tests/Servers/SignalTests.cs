using System.Net.Sockets;

namespace Motet.Tests;

public sealed class SignalTests
{
    [Theory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public async Task ASignalEndsTheProgramAfterTheRequestUnderWay(int signal)
    {
        await using var testbed = await ServerProcess.StartAsync(TestbedFixture.Project, "-t", "1");
        using var client = await ConnectAsync(testbed);
        await client.GetAsync("/", "Hello, World!");
        await client.SendAsync("GET /slow?ms=700 HTTP/1.1\r\nHost: test\r\n\r\n");
        await BeginsAsync(testbed);
        testbed.Signal(signal);
        Assert.EndsWith("waited 700 ms\n", await client.ReceiveToEndAsync());
        Assert.Equal(0, await testbed.EndAsync());
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(testbed));
    }

    [Fact]
    public async Task ASecondSignalDoesNotWaitForRequests()
    {
        await using var testbed = await ServerProcess.StartAsync(TestbedFixture.Project, "-t", "1");
        using var client = await ConnectAsync(testbed);
        await client.SendAsync("GET /slow?ms=60000 HTTP/1.1\r\nHost: test\r\n\r\n");
        await BeginsAsync(testbed);
        testbed.Signal(Signals.Interrupt);
        await Patience.UntilAsync(() => IsRefused(testbed));
        testbed.Signal(Signals.Interrupt);
        Assert.Equal(0, await testbed.EndAsync());
    }

    [Fact]
    public async Task QuitWritesTheTreeOfCoprocessesAndTheServerGoesOn()
    {
        await using var testbed = await ServerProcess.StartAsync(TestbedFixture.Project, "-t", "1");
        testbed.Signal(Signals.Quit);
        await Patience.UntilAsync(() => testbed.Errors.Contains(" coprocesses (", StringComparison.Ordinal));
        using var client = await ConnectAsync(testbed);
        await client.GetAsync("/", "Hello, World!");
        testbed.Signal(Signals.Terminate);
        Assert.Equal(0, await testbed.EndAsync());
    }

    [Fact]
    public async Task AnAddressInUseIsSaidInOneLine()
    {
        await using var testbed = await ServerProcess.StartAsync(TestbedFixture.Project);
        var second = await Tool.RunAsync("dotnet", Repository.Program(TestbedFixture.Project), "-b", "127.0.0.1", "-p", testbed.Url.Port.ToString());
        Assert.Equal(1, second.ExitCode);
        Assert.Equal($"The server cannot listen on http://127.0.0.1:{testbed.Url.Port}. Binding to 127.0.0.1:{testbed.Url.Port}: Address already in use.\n", second.Error);
    }

    private static Task<RawClient> ConnectAsync(ServerProcess server) => RawClient.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, server.Url.Port));

    /// <summary>Waits until the one loop has read what another connection sent before: it answers in the order in which bytes came.</summary>
    private static async Task BeginsAsync(ServerProcess server)
    {
        using var other = await ConnectAsync(server);
        await other.GetAsync("/", "Hello, World!");
    }

    private static bool IsRefused(ServerProcess server)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", server.Url.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
