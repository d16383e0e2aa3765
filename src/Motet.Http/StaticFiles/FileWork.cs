using Motet.Runtime;

namespace Motet.Http;

/// <summary>Looks at files on other threads: what has to come from a disk would hold the loop.</summary>
internal static class FileWork
{
    /// <summary>
    /// How many look at once, of all roots and loops: 32, as deep as the queue of a disk. Apart from <see cref="Offload.DefaultLimiter"/>: clients choose the names, and a flood of ones that do not exist, which no cache can hold, is not to
    /// take the places of what the application and the bodies of requests have to do. Who finds none free waits in line, and gives up with its scope.
    /// </summary>
    public static CapacityLimiter Limiter { get; } = new(32);

    public static Task<T> RunAsync<T>(Func<T> work) => Offload.RunAsync(work, limiter: Limiter);
}
