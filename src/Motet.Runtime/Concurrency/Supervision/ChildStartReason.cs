namespace Motet.Runtime;

/// <summary>Whose a failure to start is.</summary>
internal enum ChildStartReason
{
    /// <summary>The supervisor's: it tries again, as long as it bears it.</summary>
    Supervisor,

    /// <summary>That of the caller of <see cref="Supervisor.StartAsync(string, Func{Task}, Restart, TimeSpan?, TimeSpan, bool, CoprocessOptions?, CancellationToken, string, int)"/>: the child is forgotten.</summary>
    StartCall,

    /// <summary>That of the caller of <see cref="Supervisor.RestartAsync"/>: the child stays down.</summary>
    RestartCall,
}
