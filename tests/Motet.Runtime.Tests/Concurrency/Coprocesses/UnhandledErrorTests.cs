using Microsoft.Extensions.Logging;

namespace Motet.Runtime.Tests;

/// <summary>Errors that nobody awaits and that have no parent left to go to.</summary>
[Collection(ProcessWide.Name)]
public sealed class UnhandledErrorTests
{
    [Fact]
    public async Task OnALoopItIsLoggedOnceWithTheChainOfSpawnSites()
    {
        var logger = new Recorder();
        await using (var loop = EventLoop.Start(new EventLoopOptions { Logger = logger }))
        {
            await loop.RunAsync(FailInAChildAsync).Within();
            await Patience.UntilAsync(() => logger.Messages.Length > 0);
        }

        Check(Assert.Single(logger.Messages));
    }

    [Theory, CombinatorialHomes]
    public Task AHandlerIsGivenItInsteadOfStandardError(Home home) => home.RunAsync(async () =>
    {
        var told = new List<UnhandledCoprocessExceptionEventArgs>();
        void Handle(object? sender, UnhandledCoprocessExceptionEventArgs arguments) => told.Add(arguments);
        Coprocess.UnhandledException += Handle;
        string written;
        try
        {
            written = await CaptureErrorsAsync(FailInAChildAsync, () => told.Count == 1);
        }
        finally
        {
            Coprocess.UnhandledException -= Handle;
        }

        Assert.Equal("", written);
        var arguments = Assert.Single(told);
        Assert.Equal("a root", arguments.Coprocess.Name);
        Assert.IsType<FormatException>(arguments.Exception);
    });

    [Theory, CombinatorialHomes]
    public Task WithoutHandlerAndLoggerItIsOnStandardError(Home home) => home.RunAsync(async () => Check(await CaptureErrorsAsync(FailInAChildAsync)));

    [Fact]
    public Task AHandlerThatFailsIsToldBesideTheErrorAndTheEndGoesOn() => Home.ThreadPool.RunAsync(async () =>
    {
        static void Handle(object? sender, UnhandledCoprocessExceptionEventArgs arguments) => throw new ArgumentException("the handler");
        Coprocess.UnhandledException += Handle;
        try
        {
            var written = await CaptureErrorsAsync(FailInAChildAsync);
            Check(written);
            Assert.Contains("the handler", written);
        }
        finally
        {
            Coprocess.UnhandledException -= Handle;
        }
    });

    [Theory, CombinatorialHomes]
    public Task TheErrorsOfANurseryEachNameTheirCoprocess(Home home) => home.RunAsync(async () =>
    {
        var written = await CaptureErrorsAsync(async () =>
        {
            var root = Coprocess.Spawn(() => Nursery.RunAsync(nursery =>
            {
                nursery.Spawn(() => throw new FormatException(), "a reader");
                nursery.Spawn(() => throw new ArgumentException(), "a writer");
                return Task.CompletedTask;
            }), "a root");
            await Patience.UntilAsync(() => root.IsCompleted);
        });
        Assert.Matches("FormatException of coprocess \\d+ a reader at ", written);
        Assert.Matches("ArgumentException of coprocess \\d+ a writer at ", written);
    });

    private static async Task FailInAChildAsync()
    {
        var root = Coprocess.Spawn(
            async () =>
            {
                Coprocess.Spawn(
                    async () =>
                    {
                        await Coprocess.YieldAsync();
                        throw new FormatException("the error");
                    },
                    "a child");
                await Coprocess.SleepAsync(Timeout.InfiniteTimeSpan);
            },
            "a root");
        // Not awaited: that would take the error.
        await Patience.UntilAsync(() => root.IsCompleted);
    }

    private static void Check(string message)
    {
        Assert.Contains("the error", message);
        Assert.Matches(@"coprocess \d+ a root at .*UnhandledErrorTests\.cs:\d+", message);
        Assert.Matches(@"coprocess \d+ a child at .*UnhandledErrorTests\.cs:\d+\r?\n  spawned by coprocess \d+ a root at .*UnhandledErrorTests\.cs:\d+", message);
    }

    /// <summary>What was written to standard error when the body had run and the report was there.</summary>
    private static async Task<string> CaptureErrorsAsync(Func<Task> body, Func<bool>? isReported = null)
    {
        var errors = Console.Error;
        var written = new Written();
        Console.SetError(written);
        try
        {
            await body();
            await Patience.UntilAsync(isReported ?? (() => written.Text.Contains("Unhandled exception in coprocess", StringComparison.Ordinal)));
        }
        finally
        {
            Console.SetError(errors);
        }

        return written.Text;
    }

    private sealed class Written : TextWriter
    {
        private readonly System.Text.StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text) _text.Append(value);
        }

        // As a whole: who waits for the beginning has the end.
        public override void WriteLine(string? value)
        {
            lock (_text) _text.AppendLine(value);
        }
    }

    private sealed class Recorder : ILogger
    {
        private readonly List<string> _messages = [];

        public string[] Messages
        {
            get
            {
                lock (_messages) return [.. _messages];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_messages) _messages.Add($"{formatter(state, exception)} {exception?.Message}");
        }
    }
}
