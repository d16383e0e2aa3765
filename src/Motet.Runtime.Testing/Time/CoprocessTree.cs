using System.Text;

namespace Motet.Runtime.Testing;

/// <summary>Coprocesses for people: who is there, in which state, spawned where.</summary>
internal static class CoprocessTree
{
    public static string Describe(IEnumerable<Coprocess> coprocesses)
    {
        var text = new StringBuilder();
        foreach (var coprocess in coprocesses.OrderBy(coprocess => coprocess.Id)) Append(text, coprocess, 1);
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, Coprocess coprocess, int depth)
    {
        text.Append(' ', depth * 2).Append(coprocess).Append(", ").AppendLine(Words(coprocess.State));
        foreach (var child in coprocess.Children.OrderBy(child => child.Id)) Append(text, child, depth + 1);
    }

    private static string Words(CoprocessState state) => state switch
    {
        CoprocessState.Runnable => "runnable",
        CoprocessState.Running => "running",
        CoprocessState.Waiting => "waiting",
        CoprocessState.Ending => "ending: waits for its children",
        _ => "ended",
    };
}
