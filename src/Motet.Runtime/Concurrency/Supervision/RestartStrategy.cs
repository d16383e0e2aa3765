namespace Motet.Runtime;

/// <summary>Which children a <see cref="Supervisor"/> starts again when one of them fails. OTP's strategies, with the same names.</summary>
public enum RestartStrategy
{
    /// <summary>The one that failed: for children that do not need each other.</summary>
    OneForOne,

    /// <summary>All: the others are stopped, last first, then all are started in order. For children that cannot work with a new instance of another.</summary>
    OneForAll,

    /// <summary>The one that failed and those after it: for children that need those before them.</summary>
    RestForOne,

    /// <summary>
    /// The one that failed, for many children of one kind that come and go (OTP: <c>simple_one_for_one</c>): they are all stopped at once, not one after another, and one that has ended for good is forgotten.
    /// </summary>
    Dynamic,
}
