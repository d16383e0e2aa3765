using System.Diagnostics;
using System.Globalization;

namespace Motet.Net.Tests;

public class DescriptorExhaustionTests
{
    private const int Limit = 256;
    private const int Clients = 400;

    [Fact]
    public async Task WithoutAnyDescriptorLeftClientsAreAnsweredAndTheLoopDoesNotSpin()
    {
        using var server = await Server.StartAsync(margin: 0);
        var clients = ConnectAndSend(server, Clients);
        var answers = clients.Select(client => client.ReadText(4)).ToArray();
        var served = clients.Where((_, i) => answers[i] == "echo").ToList();
        Assert.InRange(served.Count, 50, Limit);
        Assert.Equal(Clients, served.Count + answers.Count(answer => answer == "busy"));

        // Those who are in notice nothing, and waiting costs hardly anything while clients keep knocking.
        var (open, shed, before) = server.Ask();
        Assert.Equal(served.Count, open);
        Assert.Equal(Clients - served.Count, shed);
        using var waiting = Sockets.Connect(server.EndPoint);
        await Task.Delay(500);
        foreach (var client in served)
        {
            client.SendText("more");
            Assert.Equal("more", client.ReadText(4));
        }

        var (_, _, after) = server.Ask();
        Assert.InRange(after - before, 0, 250);

        clients.ForEach(client => client.Dispose());
        await server.UntilOpen(0);
        using var late = Sockets.Connect(server.EndPoint);
        late.SendText("late");
        Assert.Equal("late", late.ReadText(4));
    }

    [Fact]
    public async Task TheMarginStaysFreeForTheRestOfTheProgram()
    {
        using var server = await Server.StartAsync(margin: 64);
        var clients = ConnectAndSend(server, Clients);
        var answers = clients.Select(client => client.ReadText(4)).ToArray();
        Assert.InRange(answers.Count(answer => answer == "echo"), 20, Limit - 64);
        Assert.Equal(Clients, answers.Count(answer => answer is "echo" or "busy"));
        server.Ask("files");
        clients.ForEach(client => client.Dispose());
        await server.UntilOpen(0);
    }

    private static List<Socket> ConnectAndSend(Server server, int count)
    {
        var clients = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var client = Sockets.Connect(server.EndPoint);
            clients.Add(client);
            try
            {
                client.SendText("echo");
            }
            catch (SocketException)
            {
                // Turned away before it could ask; the answer is there.
            }
        }

        return clients;
    }

    private sealed class Server : IDisposable
    {
        private readonly Process _process;

        private Server(Process process, EndPoint endPoint)
        {
            _process = process;
            EndPoint = endPoint;
        }

        public EndPoint EndPoint { get; }

        public static async Task<Server> StartAsync(int margin)
        {
            var start = new ProcessStartInfo("/bin/sh")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                ArgumentList = { "-c", $"ulimit -n {Limit}; exec \"$0\" \"$@\"", Environment.ProcessPath! },
                Environment = { ["MOTET_TEST_MARGIN"] = margin.ToString(CultureInfo.InvariantCulture) },
            };

            // The runner is either the assembly's own executable or `dotnet` with the assembly as its argument.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Server).Assembly.Location);
            start.ArgumentList.Add(FewDescriptors.Argument);
            var process = Process.Start(start)!;
            var port = await process.StandardOutput.ReadLineAsync().Within();
            return new Server(process, new IPEndPoint(IPAddress.Loopback, int.Parse(port!, CultureInfo.InvariantCulture)));
        }

        public (int Open, int Shed, int CpuMilliseconds) Ask(string line = "figures")
        {
            _process.StandardInput.WriteLine(line);
            var figures = _process.StandardOutput.ReadLine()!.Split(' ').Select(figure => int.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
            return (figures[0], figures[1], figures[2]);
        }

        public async Task UntilOpen(int count)
        {
            var deadline = Environment.TickCount64 + (long)Patience.Limit.TotalMilliseconds;
            while (Ask().Open != count && Environment.TickCount64 < deadline) await Task.Delay(20);
            Assert.Equal(count, Ask().Open);
        }

        public void Dispose()
        {
            _process.StandardInput.Dispose();
            if (!_process.WaitForExit(Patience.Limit)) _process.Kill();
            _process.Dispose();
        }
    }
}
