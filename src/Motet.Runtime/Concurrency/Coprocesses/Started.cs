namespace Motet.Runtime;

/// <summary>
/// With this a coprocess says that it is started: to <see cref="Nursery.StartAsync(Func{Started, Task}, string?, CoprocessOptions?, string, int)"/>, or to its <see cref="Supervisor"/>, which then starts the next one.
/// </summary>
public sealed class Started
{
    private readonly Action _set;

    internal Started(Action set) => _set = set;

    /// <summary>Says so. Without effect when the coprocess is being ended. Any thread.</summary>
    /// <exception cref="InvalidOperationException">It was said before.</exception>
    public void Set() => _set();
}
