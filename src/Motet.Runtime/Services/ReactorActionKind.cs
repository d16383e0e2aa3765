namespace Motet.Runtime;

/// <summary>What a service has put off to the end of the turn.</summary>
internal enum ReactorActionKind
{
    Register,
    HandOver,
    Fail,
}
