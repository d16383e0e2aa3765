using System.Text;

namespace Motet.Http.Tests;

/// <summary>
/// The table of what a WebSocket accepts and refuses (RFC 6455 §5 to §8, RFC 7692), by subject. Each row is sent to a server and to a client, whole and in pieces.
/// </summary>
internal static partial class FrameRows
{
    /// <summary>The longest message that the peers under test take.</summary>
    public const int MaxMessageBytes = 70_000;

    /// <summary>The empty fragments of a message that they take.</summary>
    public const int MaxEmptyFragments = 8;

    public static IReadOnlyDictionary<string, FrameRow[]> BySubject { get; } = WithSubjects(new Dictionary<string, FrameRow[]>
    {
        [nameof(FirstBytes)] = [.. FirstBytes],
        [nameof(FirstBytesInMessages)] = [.. FirstBytesInMessages],
        [nameof(Lengths)] = Lengths,
        [nameof(Masks)] = Masks,
        [nameof(Fragments)] = Fragments,
        [nameof(ControlFrames)] = ControlFrames,
        [nameof(GoodTexts)] = [.. GoodTexts],
        [nameof(BadTexts)] = [.. BadTexts],
        [nameof(Closes)] = Closes,
        [nameof(CloseCodes)] = [.. CloseCodes],
        [nameof(Limits)] = Limits,
    });

    /// <summary>Where permessage-deflate was agreed on, without contexts.</summary>
    public static IReadOnlyDictionary<string, FrameRow[]> CompressedBySubject { get; } = WithSubjects(new Dictionary<string, FrameRow[]>
    {
        [nameof(Compressed)] = Compressed,
        [nameof(CompressedBits)] = [.. CompressedBits],
    });

    private static FrameRow Row(string section, string name, string outcome, params AttackFrame[] frames) => new(section, name, outcome.Length == 0 ? [] : [outcome], frames);

    private static FrameRow Row(string section, string name, string[] outcome, params AttackFrame[] frames) => new(section, name, outcome, frames);

    private static string Text(string text) => FrameReader.Describe("text", Encoding.UTF8.GetBytes(text));

    private static string RawText(string bytes) => FrameReader.Describe("text", Encoding.Latin1.GetBytes(bytes));

    private static string Binary(string bytes) => FrameReader.Describe("binary", Encoding.Latin1.GetBytes(bytes));

    private static string Pong(string bytes) => FrameReader.Describe("pong", Encoding.Latin1.GetBytes(bytes));

    private static Dictionary<string, FrameRow[]> WithSubjects(Dictionary<string, FrameRow[]> subjects)
        => subjects.ToDictionary(subject => subject.Key, subject => subject.Value.Select(row => row with { Subject = subject.Key }).ToArray());
}
