namespace Motet.Runtime;

/// <summary>With this a coprocess of <see cref="Nursery.StartAsync(Func{Started, Task}, string?, CoprocessOptions?, string, int)"/> says that it is started.</summary>
public sealed class Started
{
    private readonly Started<bool> _started;

    internal Started(Started<bool> started) => _started = started;

    /// <summary>Says so: <see cref="Started{T}.Set"/>.</summary>
    public void Set() => _started.Set(true);
}
