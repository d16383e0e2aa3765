namespace Motet.Runtime;

/// <summary>Children of one kind, of which a <see cref="Supervisor"/> gets as many as are asked for: see <see cref="Supervisor.AddTemplate{T}(string, Func{T, Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, string, int)"/>.</summary>
/// <typeparam name="T">What each child is given.</typeparam>
public sealed class ChildTemplate<T>
{
    private readonly Supervisor _supervisor;
    private readonly string _name;
    private readonly Func<T, Started, Task> _body;
    private readonly bool _saysStarted;
    private readonly ChildSettings _settings;
    private long _count;

    internal ChildTemplate(Supervisor supervisor, string name, Func<T, Started, Task> body, bool saysStarted, ChildSettings settings)
    {
        _supervisor = supervisor;
        _name = name;
        _body = body;
        _saysStarted = saysStarted;
        _settings = settings;
    }

    /// <summary>
    /// Starts one more, and waits until it is started. The rest is as with <see cref="Supervisor.StartAsync(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, CancellationToken, string, int)"/>. Any thread.
    /// </summary>
    /// <param name="argument">For this child, at each of its runs.</param>
    /// <param name="cancellationToken">Takes the child back, until it is started.</param>
    public Task<SupervisedChild> StartAsync(T argument, CancellationToken cancellationToken = default)
        => _supervisor.StartAsync($"{_name}-{Interlocked.Increment(ref _count)}", started => _body(argument, started), _saysStarted, _settings, cancellationToken);
}
