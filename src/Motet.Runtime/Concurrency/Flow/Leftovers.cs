namespace Motet.Runtime;

/// <summary>Values that nobody gets.</summary>
internal static class Leftovers
{
    /// <summary>Disposes of those that can be. Never throws: an error in that is reported, and hides no other.</summary>
    public static async Task DisposeAsync<T>(IEnumerable<T> values)
    {
        foreach (var value in values)
        {
            try
            {
                if (value is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
                else if (value is IDisposable disposable) disposable.Dispose();
            }
            catch (Exception exception)
            {
                Coprocess.ReportUnhandled(Coprocess.Current, CoprocessScheduler.Current, exception);
            }
        }
    }
}
