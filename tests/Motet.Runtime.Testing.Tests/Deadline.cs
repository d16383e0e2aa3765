namespace Motet.Runtime.Testing.Tests;

/// <summary>Waits for what has to happen, and fails when it does not within a time that only a defect exceeds.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);
}
