using System.Text;

namespace Motet.Runtime;

/// <summary>Errors, told to people.</summary>
public abstract partial class Coprocess
{
    // In the data of an exception: where it came from, so that a report at the root of a tree names the leaf.
    private const string OriginKey = "Motet.Coprocess";

    /// <summary>
    /// Called with the error of a coprocess that nobody awaited and that had no parent; on any thread. While nobody listens, it is written to standard error, or to the log of its event loop. The process goes on.
    /// </summary>
    public static event EventHandler<UnhandledCoprocessExceptionEventArgs>? UnhandledException;

    /// <summary>The name, the place where it was spawned, and those of its parents: one line each.</summary>
    public string DescribeSpawnChain()
    {
        var text = new StringBuilder(ToString());
        for (var parent = Parent; parent is not null; parent = parent.Parent) text.Append(Environment.NewLine).Append("  spawned by ").Append(parent);
        return text.ToString();
    }

    internal static void ReportUnhandled(Coprocess? coprocess, CoprocessScheduler scheduler, Exception exception)
    {
        if (coprocess is null)
        {
            Console.Error.WriteLine($"Unhandled exception in cleaning up{Environment.NewLine}{exception}");
            return;
        }

        try
        {
            if (UnhandledException is { } handlers)
            {
                handlers(coprocess, new UnhandledCoprocessExceptionEventArgs(coprocess, exception));
                return;
            }
        }
        catch (Exception second)
        {
            // The end of a coprocess goes on whatever a handler does, and both errors are told.
            exception = new AggregateException(exception, second);
        }

        scheduler.OnUnhandledException(coprocess, exception);
    }

    /// <summary>The spawn chain, and those of the coprocesses that the errors came from.</summary>
    internal string DescribeFailure(Exception exception)
    {
        var text = new StringBuilder(DescribeSpawnChain());
        if (exception is AggregateException several)
        {
            foreach (var error in several.Flatten().InnerExceptions) AppendOrigin(text, error);
        }

        AppendOrigin(text, exception);
        return text.ToString();
    }

    /// <summary>The error leaves this coprocess: it remembers the one it left first. While the coprocess is in the tree.</summary>
    private void NoteOrigin(Exception error)
    {
        // At the root the report itself says where.
        if (Parent is null || error.Data.IsReadOnly) return;
        lock (error.Data)
        {
            if (!error.Data.Contains(OriginKey)) error.Data[OriginKey] = DescribeSpawnChain();
        }
    }

    private static void AppendOrigin(StringBuilder text, Exception error)
    {
        if (error.Data[OriginKey] is string origin) text.Append(Environment.NewLine).Append(error.GetType().Name).Append(" of ").Append(origin);
    }
}
