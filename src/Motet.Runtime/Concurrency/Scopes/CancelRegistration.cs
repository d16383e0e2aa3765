namespace Motet.Runtime;

/// <summary>A place in the list of those that a cancel scope tells. A value; <c>default</c> is none.</summary>
public readonly record struct CancelRegistration
{
    private readonly RegistrationNode? _node;
    private readonly long _generation;

    internal CancelRegistration(RegistrationNode node, long generation)
    {
        _node = node;
        _generation = generation;
    }

    /// <summary>
    /// Leaves the list. True when the handler was not called and will not be; false when it was, is being called, or this is none. Any thread; does not wait.
    /// </summary>
    public bool Unregister() => _node is not null && _node.Release(_generation);
}
