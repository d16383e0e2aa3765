namespace Motet.Runtime;

/// <summary>A <see cref="Supervisor"/> that ends with a value: see <see cref="Supervisor.RunAsync{T}(RestartStrategy, Action{Supervisor{T}}, SupervisorOptions?, CancellationToken)"/>.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class Supervisor<T> : Supervisor
{
    internal Supervisor(RestartStrategy strategy, SupervisorOptions? options)
        : base(strategy, options)
    {
    }

    internal T? Result { get; private set; }

    /// <summary>Like <see cref="Supervisor.Stop()"/>; <c>RunAsync</c> gives <paramref name="result"/>.</summary>
    /// <param name="result">The value.</param>
    /// <returns>False when the supervisor was ending already: then the value counts for nothing.</returns>
    public bool Stop(T result) => TryEnd(SupervisorEnd.Stopped, () => Result = result);
}
