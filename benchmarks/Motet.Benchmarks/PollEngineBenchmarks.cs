using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Motet.Polling;

namespace Motet.Benchmarks;

/// <summary>What a wait costs on each engine with some descriptors ready among many that are not, and a registration.</summary>
[MemoryDiagnoser]
public class PollEngineBenchmarks
{
    private readonly List<Socket> _sockets = [];
    private readonly Notification[] _notifications = new Notification[512];
    private Poller _poller = null!;
    private Socket _spare = null!;

    [ParamsSource(nameof(Engines))]
    public string Engine { get; set; } = "";

    [Params(64, 1000)]
    public int Descriptors { get; set; }

    [Params(1, 16)]
    public int Ready { get; set; }

    public static IEnumerable<string> Engines => PollEngine.Available;

    [GlobalSetup]
    public void Register()
    {
        _poller = new Poller(PollEngine.Create(Engine));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = Path.Combine(Path.GetTempPath(), $"motet-bench-{Guid.NewGuid():N}");
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(Descriptors);
        for (var i = 0; i < Descriptors; i++)
        {
            var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            one.Connect(new UnixDomainSocketEndPoint(path));
            var other = listener.Accept();
            _sockets.AddRange(one, other);

            // Level-triggered and never read: as many are ready on every wait.
            _poller.Registrar.Register(one.SafeHandle, Interest.Readable, TriggerMode.Level);
            if (i < Ready) other.Send("x"u8);
        }

        _spare = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        File.Delete(path);
    }

    [GlobalCleanup]
    public void Close()
    {
        _poller.Dispose();
        _sockets.ForEach(static socket => socket.Dispose());
        _spare.Dispose();
    }

    [Benchmark]
    public int Wait() => _poller.Wait(_notifications, TimeSpan.Zero);

    [Benchmark]
    public void RegisterAndDeregister() => _poller.Registrar.Deregister(_poller.Registrar.Register(_spare.SafeHandle, Interest.Readable));
}
