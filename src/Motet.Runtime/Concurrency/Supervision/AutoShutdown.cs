namespace Motet.Runtime;

/// <summary>Whether a <see cref="Supervisor"/> ends with its significant children. Only an end of their own counts, for good and not asked for; OTP's <c>auto_shutdown</c>.</summary>
public enum AutoShutdown
{
    /// <summary>It does not: it runs, with no children too, until it is stopped.</summary>
    Never,

    /// <summary>It ends when the first of them has.</summary>
    AnySignificant,

    /// <summary>It ends when the last of them has.</summary>
    AllSignificant,
}
