namespace Motet.Runtime;

/// <summary>A capture with <see cref="CaptureOverflow.Fail"/> was exceeded; it becomes a <see cref="ChildProcessException"/> when the child has ended.</summary>
internal sealed class OutputLimitException : Exception;
