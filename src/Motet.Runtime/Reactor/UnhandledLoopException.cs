namespace Motet.Runtime;

/// <summary>An exception that a callback on an event loop let escape.</summary>
/// <param name="Loop">The loop it happened on.</param>
/// <param name="Exception">What was thrown.</param>
/// <param name="Site">The callback: the method of a posted delegate, the <c>async</c> method of a continuation, or the type of a resource, task or timer.</param>
public readonly record struct UnhandledLoopException(EventLoop Loop, Exception Exception, string Site);
