using System.CommandLine;

namespace Motet;

/// <summary>The flags that every program on <see cref="Server"/> takes.</summary>
internal static class ServerCommandLine
{
    /// <summary>The options with what the command line says put over them.</summary>
    /// <exception cref="ArgumentException">The command line cannot be understood; the message says why.</exception>
    public static ServerOptions Parse(string[] args, ServerOptions options)
    {
        var address = new Option<string>("-b", "-bind", "-address", "--bind") { Description = "address to listen on; * for all" };
        var port = new Option<int>("-p", "-port", "--port") { Description = "port to listen on; 0 lets the system choose" };
        var loops = new Option<int>("-t", "-threads", "--threads") { Description = "event loops; 0 for one each processor, -2 for half of them" };
        var command = new RootCommand("A Motet server.") { address, port, loops };

        var result = command.Parse(args);
        if (result.Errors.Count > 0) throw new ArgumentException(string.Join(' ', result.Errors.Select(error => error.Message)));
        if (result.Action is not null) result.Invoke();
        return options with
        {
            Address = result.GetResult(address) is null ? options.Address : result.GetValue(address)!,
            Port = result.GetResult(port) is null ? options.Port : result.GetValue(port),
            Loops = result.GetResult(loops) is null ? options.Loops : result.GetValue(loops),
        };
    }
}
