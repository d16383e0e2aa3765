using System.Globalization;

namespace Motet.Runtime;

/// <summary>A <see cref="ResourcePool{T}"/> had no resource to give within <see cref="ResourcePoolOptions{T}.AcquireTimeout"/>.</summary>
public sealed class ResourcePoolTimeoutException : TimeoutException
{
    internal ResourcePoolTimeoutException(string name, TimeSpan time, ResourcePoolStatistics statistics, int ownLeases)
        : base(Describe(name, time, statistics, ownLeases)) => Statistics = statistics;

    /// <summary>The pool as it was then.</summary>
    public ResourcePoolStatistics Statistics { get; }

    private static string Describe(string name, TimeSpan time, ResourcePoolStatistics statistics, int ownLeases)
    {
        var own = ownLeases == 0 ? "" : $" The coprocess that waited holds {ownLeases} of them itself.";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"No resource of {name} was to be had within {time.TotalSeconds:0.###} s: limit {statistics.Limit}, in use {statistics.InUse}, idle {statistics.Idle}, being made, checked or ended {statistics.Size - statistics.InUse - statistics.Idle}, waiting {statistics.Waiting}, errors of creation {statistics.CreateErrors}.{own}");
    }
}
