using System.CommandLine;
using System.CommandLine.Parsing;

namespace Motet;

/// <summary>The flags that every program on <see cref="Server"/> takes, and what one command line said with them.</summary>
internal sealed class ServerCommandLine
{
    // What command lines on Unix end with when they were not understood.
    private const int ExitCodeOfMisuse = 2;

    private readonly ParseResult _result;

    private ServerCommandLine(ParseResult result, ServerOptions options)
    {
        _result = result;
        Options = options;
    }

    /// <summary>The options with what the command line says put over them.</summary>
    public ServerOptions Options { get; }

    /// <summary>Whether it asks for a server: not for help or the version, and it is without errors.</summary>
    public bool AsksForServer => _result.Action is null;

    public static ServerCommandLine Parse(string[] args, ServerOptions options)
    {
        var address = new Option<string>("-b", "-bind", "-address", "--bind") { Description = "Address to listen on: an IP address, * for all, or the path of a Unix socket", HelpName = "ADDRESS" };
        var port = new Option<int>("-p", "-port", "--port") { Description = "Port to listen on; 0 lets the system choose", HelpName = "PORT" };
        var loops = new Option<int>("-t", "-threads", "--threads") { Description = "Event loops: 0 for one a processor, -2 for half of them", HelpName = "LOOPS" };
        var log = new Option<bool>("-v", "-log", "--log") { Description = "Log each request to standard error" };
        var files = new Option<string?>("-www", "-public", "--www", "--public") { Description = "Directory whose files are public", HelpName = "DIRECTORY" };
        address.DefaultValueFactory = _ => options.Address;
        port.DefaultValueFactory = _ => options.Port;
        loops.DefaultValueFactory = _ => options.Loops;
        files.DefaultValueFactory = _ => options.PublicFolder;
        log.DefaultValueFactory = _ => options.LogRequests;
        address.Validators.Add(CheckAddress);
        files.Validators.Add(CheckDirectory);
        port.Validators.Add(result => CheckRange(result, 0, ushort.MaxValue));
        loops.Validators.Add(result => CheckRange(result, -ServerOptions.MaxLoops, ServerOptions.MaxLoops));

        var result = new RootCommand("Serves HTTP on Motet.") { address, port, loops, files, log }.Parse(args);
        return new ServerCommandLine(result, result.Action is not null ? options : options with
        {
            Address = result.GetValue(address)!,
            Port = result.GetValue(port),
            Loops = result.GetValue(loops),
            PublicFolder = result.GetValue(files),
            LogRequests = result.GetValue(log),
        });
    }

    /// <summary>Answers a command line that asks for no server: prints the help or the version to standard output, or what is wrong to standard error.</summary>
    /// <returns>The exit code for the process.</returns>
    public int Answer()
    {
        if (_result.Errors.Count == 0) return _result.Invoke();
        foreach (var error in _result.Errors) Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("See --help.");
        return ExitCodeOfMisuse;
    }

    private static void CheckAddress(OptionResult result)
    {
        try
        {
            ListenAddress.Parse(result.GetValueOrDefault<string>(), port: 0);
        }
        catch (ArgumentException exception)
        {
            result.AddError(exception.Message);
        }
    }

    private static void CheckDirectory(OptionResult result)
    {
        var directory = result.GetValueOrDefault<string?>();
        if (directory is not null && !Directory.Exists(directory)) result.AddError($"'{directory}' is no directory.");
    }

    private static void CheckRange(OptionResult result, int least, int most)
    {
        // What is no number at all has its own error, which comes as an exception here.
        if (result.Tokens.Count != 1 || !int.TryParse(result.Tokens[0].Value, out var value)) return;
        if (value < least || value > most) result.AddError($"{value} is not possible for {result.Option.Name}; from {least} to {most} is.");
    }
}
