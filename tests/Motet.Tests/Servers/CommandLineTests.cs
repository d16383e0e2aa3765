namespace Motet.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("-p 8080", "*", 8080, 0)]
    [InlineData("-port 8080", "*", 8080, 0)]
    [InlineData("--port 8080", "*", 8080, 0)]
    [InlineData("--port=8080", "*", 8080, 0)]
    [InlineData("-p8080", "*", 8080, 0)]
    [InlineData("-b 127.0.0.1", "127.0.0.1", 3000, 0)]
    [InlineData("-bind ::1", "::1", 3000, 0)]
    [InlineData("-address /run/app.sock", "/run/app.sock", 3000, 0)]
    [InlineData("--bind=localhost", "localhost", 3000, 0)]
    [InlineData("-t 4", "*", 3000, 4)]
    [InlineData("-threads 4", "*", 3000, 4)]
    [InlineData("--threads 4", "*", 3000, 4)]
    [InlineData("-t -2", "*", 3000, -2)]
    [InlineData("-t=-2", "*", 3000, -2)]
    [InlineData("-t-2", "*", 3000, -2)]
    [InlineData("-t 1 -p 0 -b 127.0.0.1", "127.0.0.1", 0, 1)]
    [InlineData("", "*", 3000, 0)]
    public void FlagsAreReadInAllTheirForms(string line, string address, int port, int loops)
    {
        var read = Parse(line);
        Assert.True(read.AsksForServer);
        Assert.Equal((address, port, loops), (read.Options.Address, read.Options.Port, read.Options.Loops));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("-v", true)]
    [InlineData("-log", true)]
    [InlineData("--log", true)]
    [InlineData("-v -p 1", true)]
    public void RequestsAreLoggedWhenTheLineSaysSo(string line, bool logs) => Assert.Equal(logs, Parse(line).Options.LogRequests);

    [Fact]
    public async Task ARequestIsLoggedToStandardError()
    {
        await using var server = await ServerProcess.StartAsync(TestbedFixture.Project, "-v");
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri(server.Url, "/json?x"));
        server.Signal(Signals.Terminate);
        Assert.Equal(0, await server.EndAsync());
        Assert.Matches(@"\n127\.0\.0\.1 - - \[[^]]+\] ""GET /json\?x HTTP/1\.1"" 200 27 \d+\.\d{3}ms\n", server.Errors);
    }

    [Fact]
    public void WhatTheLineDoesNotSayIsAsTheProgramSaid()
    {
        var options = new ServerOptions { Address = "127.0.0.1", Port = 1, Loops = 2, DrainTimeout = TimeSpan.FromSeconds(7) };
        Assert.Equal(options with { Port = 9 }, ServerCommandLine.Parse(["-p", "9"], options).Options);
    }

    [Theory]
    [InlineData("-q")]
    [InlineData("-p")]
    [InlineData("-p x")]
    [InlineData("-p -1")]
    [InlineData("-p 65536")]
    [InlineData("-t 4097")]
    [InlineData("-t -4097")]
    [InlineData("-t 1.5")]
    [InlineData("-b example.org")]
    [InlineData("-b 3000")]
    [InlineData("file")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("--version")]
    public void ALineThatIsWrongOrAsksForHelpAsksForNoServer(string line) => Assert.False(Parse(line).AsksForServer);

    [Theory]
    [InlineData(3, 8, 3)]
    [InlineData(0, 8, 8)]
    [InlineData(-2, 8, 4)]
    [InlineData(-3, 8, 2)]
    [InlineData(-16, 8, 1)]
    public void LoopsMayBeAFractionOfTheProcessors(int loops, int processors, int count) => Assert.Equal(count, new ServerOptions { Loops = loops }.LoopCount(processors));

    [Theory]
    [InlineData("--help", 0, "-port", "")]
    [InlineData("--version", 0, "0.1.0", "")]
    [InlineData("-p x", 2, "", "'x'")]
    public async Task TheProgramAnswersAndDoesNotServe(string line, int exitCode, string output, string error)
    {
        var result = await Tool.RunAsync("dotnet", [Repository.Program(TestbedFixture.Project), .. line.Split(' ')]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(output, result.Output);
        Assert.Contains(error, result.Error);
        Assert.DoesNotContain("listens", result.Error);
    }

    [Fact]
    public async Task AServerWhoseLineIsWrongDoesNotStart()
    {
        await using var server = new Server(["-q"]);
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
    }

    private static ServerCommandLine Parse(string line) => ServerCommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), new ServerOptions());
}
