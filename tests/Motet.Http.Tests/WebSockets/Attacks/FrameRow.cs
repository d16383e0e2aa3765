namespace Motet.Http.Tests;

/// <summary>A few frames, and exactly what a peer that echoes messages answers.</summary>
/// <param name="Section">The RFC and the section that decide.</param>
/// <param name="Name">What is special about it, unique in its subject.</param>
/// <param name="Outcome">What comes back (<see cref="FrameReader"/>). Ends with a close, or with <see cref="Waits"/>; otherwise the connection goes on.</param>
/// <param name="Frames">What is sent.</param>
internal sealed record FrameRow(string Section, string Name, string[] Outcome, AttackFrame[] Frames)
{
    /// <summary>Nothing more can be said before the rest has arrived.</summary>
    public const string Waits = "waits";

    public string Subject { get; init; } = "";

    public bool IsUnfinished => Outcome is [.., Waits];

    /// <summary>Whether another row may follow on the same connection.</summary>
    public bool GoesOn => !IsUnfinished && !(Outcome is [.., var last] && last.StartsWith("close", StringComparison.Ordinal));

    /// <summary>Whether anything is sent behind a close, which nobody may do.</summary>
    public bool SendsBehindClose => Frames.SkipWhile(frame => frame.Opcode != 8).Skip(1).Any();

    public byte[] Bytes(bool isFromClient) => [.. Frames.SelectMany(frame => frame.Encode(isFromClient))];

    public override string ToString() => $"{Subject}: {Section} {Name}";
}
