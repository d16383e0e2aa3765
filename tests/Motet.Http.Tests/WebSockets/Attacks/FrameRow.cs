namespace Motet.Http.Tests;

/// <summary>A few frames, and exactly what a peer that echoes messages answers.</summary>
/// <param name="Section">The RFC and the section that decide.</param>
/// <param name="Name">What is special about it, unique in its subject.</param>
/// <param name="Outcome">What comes back (<see cref="FrameReader"/>). Ends with a close, or with <see cref="Waits"/>; otherwise the connection goes on.</param>
/// <param name="Frames">What is sent.</param>
internal sealed record FrameRow(string Section, string Name, string[] Outcome, RawFrame[] Frames)
{
    /// <summary>Nothing more can be said before the rest has arrived.</summary>
    public const string Waits = "waits";

    public string Subject { get; init; } = "";

    public bool Ends => Outcome is [.., var last] && last.StartsWith("close", StringComparison.Ordinal);

    public bool IsUnfinished => Outcome is [.., Waits];

    public byte[] Bytes(bool isFromClient) => [.. Frames.SelectMany(frame => frame.Encode(isFromClient))];

    public override string ToString() => $"{Subject}: {Section} {Name}";
}
