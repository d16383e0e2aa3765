namespace Motet.Runtime;

/// <summary>The life of a service: each state is entered once, in this order.</summary>
internal enum ReactorServiceState
{
    Created,
    Attached,
    Running,
    Ended,
}
