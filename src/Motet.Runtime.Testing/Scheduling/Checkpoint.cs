namespace Motet.Runtime.Testing;

/// <summary>Checks a promise that every operation of Motet makes, and those of libraries on it should: in a cancelled scope it is cancelled before it does anything.</summary>
public static class Checkpoint
{
    /// <summary>
    /// Runs <paramref name="operation"/> in a scope that is cancelled. It must end with that cancel, also when what it asks for is there. An error of the operation comes out as it is.
    /// </summary>
    /// <param name="operation">What is checked. One that waits all the same waits for ever; on virtual time that is reported.</param>
    /// <exception cref="InvalidOperationException">It ran to its end.</exception>
    public static async Task AssertAsync(Func<Task> operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var scope = new CancelScope { Name = "Checkpoint" };
        scope.Cancel();
        if (await scope.RunAsync(operation)) throw new InvalidOperationException("The operation has no checkpoint: it ran to its end in a cancelled scope.");
    }
}
