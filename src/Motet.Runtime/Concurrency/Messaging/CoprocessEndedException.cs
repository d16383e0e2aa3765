namespace Motet.Runtime;

/// <summary>
/// A message was not sent, or a call gets no answer, because the coprocess has ended (a call also ends so when the coprocess began again: <see cref="Coprocess.Restart"/>). The inner exception is the error it ended with, if it was one.
/// </summary>
public sealed class CoprocessEndedException : Exception
{
    internal CoprocessEndedException(Coprocess coprocess, string what)
        : base($"{what}: {coprocess} {(coprocess.IsCompleted ? "has ended" : "began again")}.", coprocess.Error) => Coprocess = coprocess;

    /// <summary>The one that has ended.</summary>
    public Coprocess Coprocess { get; }
}
